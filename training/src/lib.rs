//! Data sets, networks, plain and noisy SGD on Burn.
