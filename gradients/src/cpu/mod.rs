//! The engine for ordinary processors.
