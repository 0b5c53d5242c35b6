"""Mail, for the mailbox source and the email channel: connections in threads, and letters of strangers read safely."""
