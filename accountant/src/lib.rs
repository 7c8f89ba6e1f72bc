//! What a differentially private mechanism costs.
