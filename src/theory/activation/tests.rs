//! Tests of the activations against each other.
