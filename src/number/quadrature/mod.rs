//! Certified integration.
