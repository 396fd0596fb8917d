//! Fixed points of the maps that carry variances and correlations from layer to layer, their depth
//! scales, and the critical line.
//!
//! * [`fixed_point`]: the normalised kernel κ of [`crate::theory::kernel`], u* and ξ;
//! * [`variance`]: q* and χ₁ at general weight and bias variances;
//! * [`correlation`]: c* and ξ_c there;
//! * [`critical`]: weight and bias variances with χ₁ = 1, the edge of chaos.
//!
//! [`convex`] and [`smallest`] find the fixed points and prove what is claimed of them.
//!
//! B. Poole, S. Lahiri, M. Raghu, J. Sohl-Dickstein, S. Ganguli, "Exponential expressivity in deep neural
//! networks through transient chaos" (NeurIPS 2016); S. S. Schoenholz, J. Gilmer, S. Ganguli,
//! J. Sohl-Dickstein, "Deep information propagation" (ICLR 2017).

pub mod convex;
pub mod correlation;
pub mod critical;
pub mod fixed_point;
pub mod moments;
pub mod smallest;
pub mod variance;

#[cfg(test)]
mod tests;
