"""How the shipped networks were made: data, augmentation, training, evaluation, export."""
