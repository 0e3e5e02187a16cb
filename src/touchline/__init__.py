"""Touchline: soccer video in, verified game state out."""
