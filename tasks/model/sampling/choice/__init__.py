"""Which of several draws becomes a sample: their scores, and what is drawn again."""
