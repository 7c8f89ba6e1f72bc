//! PATE's private side: partition, ensemble, votes, labelling.
