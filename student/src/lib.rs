//! PATE's public side: learning from released labels.
