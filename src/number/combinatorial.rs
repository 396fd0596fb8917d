//! Double factorials, the integers that Gaussian moments are made of.

use rug::Integer;

use super::integer::ExactInteger;

/// The double factorial $n!! = n (n-2) (n-4) ⋯$ with $(-1)!! = 0!! = 1$, for $n ≥ -1$; below that
/// it is read as 1 too.
pub fn double_factorial(n: i64) -> Integer {
    match u32::try_from(n) {
        Ok(n) => Integer::from(Integer::factorial_2(n)),
        Err(_) => double_factorial_on(n),
    }
}

/// The same on any integer engine, by the product itself.
pub fn double_factorial_on<Z: ExactInteger>(n: i64) -> Z {
    let mut product = Z::one();
    let mut factor = n;
    while factor > 1 {
        product.mul_small(factor.unsigned_abs());
        factor -= 2;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_product_and_gmp_agree() {
        for n in -1..60 {
            assert_eq!(
                double_factorial(n),
                double_factorial_on::<Integer>(n),
                "{n}!!"
            );
        }
        assert_eq!(double_factorial(7), 105);
        assert_eq!(double_factorial(8), 384);
    }
}
