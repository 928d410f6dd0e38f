//! Tests of combined sources.
