//! Bessel numbers of both kinds, Bessel polynomials and Hermite polynomials: one family of
//! integers, the matchings of a complete graph, under its several names.
//!
//! | array | entries | OEIS | file |
//! |---|---|---|---|
//! | Bessel numbers of the second kind | partitions of n points into k blocks of size 1 or 2 | A122848, without zeros A111924; by matchings A100861, A144299 | [`second_kind`] |
//! | Bessel numbers of the first kind | the inverse matrix | A122850, unsigned A132062 | [`first_kind`] |
//! | Bessel polynomials | $y_n(x) = \sum_k \frac{(n+k)!}{2^k k! (n-k)!} x^k$ | A001498, reversed A001497 | [`polynomials`] |
//! | Hermite polynomials | probabilists' $He_n$, physicists' $H_n$ | A066325, A060821 | [`hermite`] |
//!
//! Every array has its entries in closed form and its rows by recurrence, on any of the three
//! integer engines; tests compare the two, and the arrays with one another.

pub mod first_kind;
pub mod hermite;
pub mod polynomials;
pub mod quantities;
pub mod second_kind;
