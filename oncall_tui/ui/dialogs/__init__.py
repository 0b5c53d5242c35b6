"""Questions that need an answer first; none of them owns work."""
