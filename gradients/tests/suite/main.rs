//! The CPU engine against a reference that shares no code with it.

mod cpu_engine;
mod reference;
