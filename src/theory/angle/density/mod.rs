//! The density of x = ln sin²θ^ℓ by the paper's Approximation 2, certified.
//!
//! Layer 1 is Gaussian with the mean μ(θ⁰, n) and the variance σ²(θ⁰, n); every further layer maps x to
//! g(x) plus Gaussian noise of variance β² = 8n/(n+5)²,
//!
//! $$g(x) = x - c\,\arcsin e^{x/2} - ρ(n), \quad c = \frac{2}{3π},$$
//!
//! and x lives on (−∞, 0]: what the noise carries above 0 is lost. So with φ_s the Gaussian density of
//! deviation s,
//!
//! $$f_1(y) = φ_σ(y - μ), \qquad f_{ℓ+1}(y) = \int_{-∞}^0 f_ℓ(x)\,φ_β(y - g(x))\,dx.$$
//!
//! f_ℓ is the density of the paths that stayed below 0 in the layers before ℓ; its integral over
//! (−∞, 0] is the mass that is left. The paper's recipe puts the densities on a grid of 10 000 points
//! from −15 to 0. Here the integrals are those over the whole half line, and everything that a finite
//! sum leaves out has a bound that is part of the result.
//!
//! # The rule
//!
//! With $x = -\ln(1 + e^{-s})$, so s = ln tan²θ, and $s = t + e^{t-3}$, the half line becomes the whole
//! line of t, the root of arcsin at x = 0 disappears, and the integrand decays doubly exponentially at
//! t → ∞. There the trapezoidal rule converges geometrically: for H analytic in |Im t| ≤ a with
//! ∫|H(t + ib)|dt ≤ N for all |b| ≤ a, the sum with step h is within 2N/(e^{2πa/h} − 1) of the integral
//! (Trefethen & Weideman 2014, theorem 5.1).
//!
//! # The strip
//!
//! Let |b| ≤ 1, E = e^{t−3}, so s = t + ib + E e^{ib}, and w = e^{−s}, m = |w|, R = Re s = t + E cos b with
//! cos 1 > 0.54. H is analytic there: x = −ln(1 + w) and θ = arctan e^{s/2} are singular where e^{−s} is in
//! (−∞, −1], so R ≤ 0, so t ≤ 0, E ≤ e^{−3} < 0.05, but then |Im s| ≤ 1.05.
//!
//! *Lemma 1.* |Im x| and |Im g(x)| are at most b' = 1.05 |b|.
//!
//! * |arg(1 + m e^{iA})| ≤ |A| m/(1+m) for m < 1, |A| ≤ π, since d arg/dA = (m cos A + m²)/(1 + 2m cos A + m²)
//!   is largest at A = 0; and ≤ |A| for any m.
//! * |Im s| ≤ π: Im x = −arg(1 + w). For m ≥ 1, t ≤ 0 and |Im s| ≤ |b|(1 + E) ≤ 1.05 |b|. For m < 1 and E ≤ 1,
//!   (1 + E) m/(1+m) ≤ 1; for E > 1, (1 + E) m ≤ (1 + E) e^{−3−0.54E}/E < 1.
//! * |Im s| > π: E > 2.1/|b|, m ≤ e^{−3−0.54E}/E, |arg(1 + w)| ≤ (π/2) m < 0.02 |b|.
//! * Im θ = ½ artanh(sin(½ Im s)/cosh(½R)). For E ≤ 1, artanh(sin φ) ≤ φ/cos φ with φ ≤ |b| gives
//!   c |Im θ| < 0.2 |b|. For E > 1, sin/cosh ≤ |b| e^{−3/2}(1 + E) e^{−0.27E}/√E < 0.35 |b|, and c |Im θ| < 0.05 |b|.
//! * g = x − cθ − ρ. For |Im s| ≤ π the imaginary parts of x and θ have one sign, and the larger of
//!   |Im x| and c |Im θ| bounds |Im g|; else their sum does.
//!
//! *Lemma 2.* For complex z = u + iv, |f_ℓ(z)| ≤ e^{v²/2τ²} f_ℓ(u), and f_ℓ(u) ≤ B = 1/(τ√(2π)), where τ is σ for
//! ℓ = 1 and β beyond: |φ_β(z − g)| = e^{v²/2β²} φ_β(u − g) under the integral, and the mass is at most 1.
//!
//! *Lemma 3.* ∫ f_ℓ(Re x) |dx/dt| dt ≤ 5/4 + (4/3) B on every line of the strip.
//!
//! * t ≤ 0: |arg(1 + E e^{ib})| < 0.05 and |arg(1 + e^s)| < 0.54, so |x'| ≤ 1.25 Re x'; Re x increases
//!   with t and stays below 0, and f_ℓ has an integral of at most 1.
//! * t > 0: |1 + e^s| ≥ e^R if |Im s| ≤ π/2; else E > 0.67, R > 2.6 and |1 + e^s| ≥ 0.92 e^R. So
//!   |x'| ≤ 1.09 (1 + E) e^{−0.54E} e^{−t} ≤ (4/3) e^{−t}.
//!
//! Together N ≤ (1/(β√(2π))) e^{b'²(1/(2τ²) + 1/(2β²))} (5/4 + (4/3) B) for one step of the chain.
//!
//! # The tails
//!
//! *Above.* dx/dt = d(−e^{−s}) · 1/(1 + e^{−s}), and (1 + E) e^{−s} decreases for t > 0: the terms behind the
//! last node, at s, add up to at most B e^{−s} times the bound of the kernel.
//!
//! *Below.* Thresholds A_ℓ with −A_{ℓ+1} ≤ g(−A_ℓ), A_1 ≥ 0.35: no step takes x ≥ −A_ℓ to g(x) < −A_{ℓ+1}, as
//! g increases up to x = −0.0112 and is at least −0.0112 − 1/3 − ρ from there to 0, with ρ > 0. Call a path good until
//! it has been below a threshold. The good part of f_ℓ at u ≤ −A_ℓ is at most f_ℓ(−A_ℓ) e^{−(u+A_ℓ)²/2β²}, since
//! (u − g)² ≥ (u + A)² + (A + g)². So the mass that was ever below its threshold up to layer ℓ is at most
//! m_ℓ = m_{ℓ−1} + 1.2534 β f_ℓ(−A_ℓ), 1.2534 > √(π/2). A sum over the nodes t < −1.35, whose spacing in x is
//! between 0.7 h and h ≤ β, of the bad part is at most 2.3 m_{ℓ−1}, and of the good part at most
//! 2.8 β f_ℓ(−A_ℓ): together at most (5/2) m_ℓ.
//!
//! With |x| or x² under the sum, Hölder's inequality with ‖X_ℓ‖₁₆ ≤ M_ℓ, M_1 = |μ| + 5σ/2,
//! M_{ℓ+1} = M_ℓ + 1/3 + ρ + 5β/2 (‖Z‖₁₆ < 5/2, cθ ≤ 1/3), and β² ≤ 2/5, gives at most
//! 10 (M_ℓ + A_ℓ + 1)² m_ℓ^{7/8}.
//!
//! Source: C. Jakub and M. Nica, JMLR 25(239), 2024, Approximation 2 and Figure 1.

mod chain;
mod grid;
mod law;
pub mod peak;
pub mod quantities;
