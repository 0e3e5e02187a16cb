"""How the shipped pitch model was made: data, augmentation, network, loss, training, export."""
