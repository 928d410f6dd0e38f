//! Pages that changed after they were accepted: which flows keep their rows, and everything that is reported.

mod cases;
mod harness;
mod texts;
