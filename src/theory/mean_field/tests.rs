//! Mean field tests.
