"""What tells kits and places apart: fitted to labelled frames in a minute, without PyTorch."""
