//! Mixed moments of the ReLU of two correlated Gaussians,
//! $J_{a,b}(θ) = E[φ(G)^a φ(Ĝ)^b]$ with $\mathrm{Cov}(G, Ĝ) = \cos θ$, and the numbers behind them.
//!
//! Conventions: $φ(x) = \max(x, 0)$ and $φ(x)^0 = 1\{x > 0\}$; $c = \cos θ$, $s = \sin θ$;
//! $(−1)!! = 0!! = 1$. For integer indices every moment has a closed form with integer
//! coefficients, [`MomentForm`], reached here by four routes: the recursions of integration by
//! parts, the diagonal recurrence (both in [`recurrence`]), the path numbers ([`explicit`]), and for
//! whole tables the recursion in machine words ([`table`]).
//!
//! Source: C. Jakub and M. Nica, "Depth Degeneracy in Neural Networks: Vanishing Angles in Fully
//! Connected ReLU Networks on Initialization", JMLR 25(239), 2024, arXiv:2302.09712.
//!
//! Values are certified: [`moment`] encloses J_{a,b}(θ) by five methods that share no series
//! ([`value`]), at an [`Angle`] that loses nothing near 0 and π.

pub mod angle;
mod closed;
pub mod constant;
mod convolution;
pub mod derivative;
mod diagonal;
pub mod expansion;
pub mod explicit;
pub mod form;
pub mod full_moment;
mod gauss;
pub mod half_moment;
mod hypergeometric;
pub mod index;
pub mod j;
pub mod leaky;
pub mod path_count;
mod path_formula;
pub mod path_numbers;
pub mod path_series;
pub mod paths;
pub mod polynomials;
pub mod real_index;
mod rectangular;
pub mod recurrence;
mod shifted;
pub mod table;
pub mod three;
pub mod three_quantity;
pub mod threshold;
pub mod threshold_quantity;
pub mod value;
pub mod value_table;

pub use angle::Angle;
pub use constant::MomentConstant;
pub use form::MomentForm;
pub use index::Index;
pub use leaky::{Slopes, leaky_moment};
pub use real_index::real_moment;
pub use table::MomentTable;
pub use three::{Correlations, ThreeMethod, three_moment};
pub use threshold::{ThresholdMethod, orthant_probability, threshold_moment};
pub use value::{Method, derivative, half_moment, moment};
pub use value_table::{Filling, MomentValues};
