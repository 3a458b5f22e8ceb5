"""Speed as ratios to stated floors; never a test."""
