//! Disjoint sets of numbers.

/// Disjoint sets of the numbers below a count.
#[derive(Clone, Debug)]
pub(super) struct DisjointSets {
    parents: Vec<u32>,
    /// The weight of each set, at its root.
    weights: Vec<usize>,
}

impl DisjointSets {
    /// Returns a set for each number, with its weight.
    pub fn of(weights: Vec<usize>) -> Self {
        Self { parents: (0..weights.len() as u32).collect(), weights }
    }

    /// Returns the root of a number's set.
    pub fn root(&mut self, number: usize) -> usize {
        let mut at = number;
        while self.parents[at] as usize != at {
            // Every second number of the path moves up, so that paths stay short.
            self.parents[at] = self.parents[self.parents[at] as usize];
            at = self.parents[at] as usize;
        }
        at
    }

    /// Joins the sets of two numbers if the result weighs at most `most`. Returns true if they are in one
    /// set.
    pub fn join(&mut self, one: usize, other: usize, most: usize) -> bool {
        let (one, other) = (self.root(one), self.root(other));
        if one == other {
            return true;
        }
        let weight = self.weights[one] + self.weights[other];
        if weight > most {
            return false;
        }
        // The earlier root stays, so that the result does not depend on the order.
        let (root, child) = (one.min(other), one.max(other));
        self.parents[child] = root as u32;
        self.weights[root] = weight;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_joined_up_to_a_weight() {
        let mut sets = DisjointSets::of(vec![1, 1, 2, 1]);
        assert!(sets.join(3, 1, 4) && sets.join(1, 3, 0));
        assert!(!sets.join(2, 3, 3), "four are too many");
        assert!(sets.join(2, 3, 4));
        assert_eq!([0, 1, 2, 3].map(|number| sets.root(number)), [0, 1, 1, 1]);
    }
}
