//! All combinations of lists, in the order in which a table runs through its keys.

/// The combinations of one member from each list, the last list running fastest.
///
/// No lists have one combination, the empty one; with an empty list there is none.
///
/// ```
/// use isobath::table::product::Product;
///
/// let lists = [vec!["0", "1"], vec!["pi", "1/3"]];
/// let rows: Vec<Vec<&&str>> = Product::new(&lists).collect();
/// assert_eq!(rows[1], [&"0", &"1/3"]);
/// assert_eq!(rows.len(), 4);
/// ```
#[derive(Debug, Clone)]
pub struct Product<'l, T> {
    lists: &'l [Vec<T>],
    /// The indices of the next combination; `None` when there is none.
    next: Option<Vec<usize>>,
}

impl<'l, T> Product<'l, T> {
    /// The combinations of `lists`.
    pub fn new(lists: &'l [Vec<T>]) -> Self {
        let next = (!lists.iter().any(Vec::is_empty)).then(|| vec![0; lists.len()]);
        Product { lists, next }
    }
}

impl<'l, T> Iterator for Product<'l, T> {
    type Item = Vec<&'l T>;

    fn next(&mut self) -> Option<Vec<&'l T>> {
        let mut indices = self.next.take()?;
        let row = self
            .lists
            .iter()
            .zip(&indices)
            .map(|(list, &index)| &list[index])
            .collect();
        // Count up as an odometer does; past the last combination every wheel is back at zero.
        for (index, list) in indices.iter_mut().zip(self.lists).rev() {
            *index += 1;
            if *index < list.len() {
                self.next = Some(indices);
                return Some(row);
            }
            *index = 0;
        }
        Some(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_list_runs_fastest() {
        let lists = [vec![0, 1], vec![10, 11, 12]];
        let rows: Vec<Vec<i32>> = Product::new(&lists)
            .map(|row| row.into_iter().copied().collect())
            .collect();
        assert_eq!(
            rows,
            [[0, 10], [0, 11], [0, 12], [1, 10], [1, 11], [1, 12]].map(Vec::from)
        );
    }

    #[test]
    fn no_lists_and_empty_lists() {
        assert_eq!(Product::<i32>::new(&[]).count(), 1);
        assert_eq!(Product::new(&[vec![1], vec![], vec![2]]).count(), 0);
        let lists: Vec<Vec<usize>> = (1..=5).map(|n| (0..n).collect()).collect();
        assert_eq!(Product::new(&lists).count(), 120);
    }
}
