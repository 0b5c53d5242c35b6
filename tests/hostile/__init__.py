"""What strangers may write, and that none of it moves a cursor, presses a key or leaks a secret."""
