"""What each command prints; none of them knows the screen."""
