"""Pieces of the screen."""
