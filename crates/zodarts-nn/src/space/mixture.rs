use super::Space;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::ops::{Index, IndexMut};
use std::slice::{ChunksExact, ChunksExactMut};

/// One value for each row and operation of a space, indexed `[row][column]`: the mixture p of a supernet, or
/// a one-hot row for each edge of a discrete network. In files it is an array of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture<T> {
    columns: usize,
    values: Vec<T>,
}

impl<T> Mixture<T> {
    /// Makes a mixture of `space` from its values, row-major.
    ///
    /// # Panics
    /// If there are not as many values as α has.
    pub fn new(space: &Space, values: Vec<T>) -> Self {
        assert_eq!(values.len(), space.alphas(), "values of a mixture of {space}");
        Self { columns: space.columns(), values }
    }

    /// Makes a mixture of `space` with the same value everywhere.
    pub fn filled(space: &Space, value: T) -> Self
    where
        T: Clone,
    {
        Self::new(space, vec![value; space.alphas()])
    }

    /// Returns true if it has the rows and columns of `space`.
    pub fn fits(&self, space: &Space) -> bool {
        self.columns == space.columns() && self.values.len() == space.alphas()
    }

    /// Returns the rows.
    pub fn rows(&self) -> ChunksExact<'_, T> {
        self.values.chunks_exact(self.columns)
    }

    /// Returns the rows, to be changed.
    pub fn rows_mut(&mut self) -> ChunksExactMut<'_, T> {
        self.values.chunks_exact_mut(self.columns)
    }

    /// Returns all values, row-major.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// Returns all values, row-major, to be changed.
    pub fn values_mut(&mut self) -> &mut [T] {
        &mut self.values
    }
}

impl<T> Index<usize> for Mixture<T> {
    type Output = [T];

    fn index(&self, row: usize) -> &[T] {
        &self.values[row * self.columns..][..self.columns]
    }
}

impl<T> IndexMut<usize> for Mixture<T> {
    fn index_mut(&mut self, row: usize) -> &mut [T] {
        &mut self.values[row * self.columns..][..self.columns]
    }
}

impl<T, const COLUMNS: usize, const ROWS: usize> From<[[T; COLUMNS]; ROWS]> for Mixture<T> {
    fn from(rows: [[T; COLUMNS]; ROWS]) -> Self {
        Self { columns: COLUMNS, values: rows.into_iter().flatten().collect() }
    }
}

impl<T: Serialize> Serialize for Mixture<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.rows())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Mixture<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rows = Vec::<Vec<T>>::deserialize(deserializer)?;
        let columns = rows.first().map_or(0, Vec::len);
        if columns == 0 || rows.iter().any(|row| row.len() != columns) {
            return Err(serde::de::Error::custom("a mixture has rows of one length"));
        }
        Ok(Self { columns, values: rows.into_iter().flatten().collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mixture_is_an_array_of_rows_in_a_file() {
        let mixture = Mixture::from([[0.5, 0.25], [1.0, 0.0]]);
        assert_eq!((&mixture[1], mixture.rows().len()), (&[1.0, 0.0][..], 2));
        let text = serde_json::to_string(&mixture).unwrap();
        assert_eq!(text, "[[0.5,0.25],[1.0,0.0]]");
        assert_eq!(serde_json::from_str::<Mixture<f64>>(&text).unwrap(), mixture);
        for damaged in ["[]", "[[]]", "[[0.5],[0.5,0.5]]", "[0.5]"] {
            assert!(serde_json::from_str::<Mixture<f64>>(damaged).is_err(), "{damaged}");
        }
    }
}
