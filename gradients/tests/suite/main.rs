//! The CPU engine against a reference that shares no code with it.

mod cancellation;
mod cpu_engine;
mod reference;
