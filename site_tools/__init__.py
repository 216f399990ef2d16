"""What the documentation is made with: generated sections of the reference, and the hook of the website."""
