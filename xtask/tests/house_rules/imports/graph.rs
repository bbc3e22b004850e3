//! The arrows between files, and the circles that they form.

use super::tree::Crate;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

/// Files by number, and the first line by which each names another.
pub struct Graph {
    files: Vec<PathBuf>,
    arrows: Vec<BTreeMap<usize, usize>>,
}

impl Graph {
    /// Draws the arrows of a crate.
    pub fn of(modules: &Crate) -> Self {
        let mut arrows = Vec::new();
        for (from, module) in modules.modules.iter().enumerate() {
            let mut targets = BTreeMap::new();
            for (path, line) in &module.paths {
                if let Some(to) = modules.resolve(from, path).filter(|to| *to != from) {
                    targets.entry(to).or_insert(*line);
                }
            }
            arrows.push(targets);
        }
        Self { files: modules.modules.iter().map(|module| module.file.clone()).collect(), arrows }
    }

    /// Describes the shortest circle that has files of two folders, or returns `None` if there is none.
    pub fn circle(&self) -> Option<String> {
        let crossing = self.arrows.iter().enumerate().flat_map(|(from, targets)| {
            targets.keys().filter(move |to| self.folder(from) != self.folder(**to)).map(move |to| (from, *to))
        });
        let closed = |(from, to)| Some([vec![from], self.way(to, from)?].concat());
        let circles: Vec<Vec<usize>> = crossing.filter_map(closed).collect();
        let shortest = circles.iter().min_by_key(|circle| circle.len())?;
        let tied: BTreeSet<usize> = circles.iter().flatten().copied().collect();
        Some(format!("{}; files on circles between folders: {}", self.show(shortest), tied.len()))
    }

    fn folder(&self, file: usize) -> &Path {
        self.files[file].parent().unwrap_or(Path::new(""))
    }

    /// Returns the shortest way from one file to another, both included.
    fn way(&self, from: usize, to: usize) -> Option<Vec<usize>> {
        let mut before = BTreeMap::from([(from, from)]);
        let mut queue = VecDeque::from([from]);
        while let Some(at) = queue.pop_front() {
            for next in self.arrows[at].keys() {
                if !before.contains_key(next) {
                    before.insert(*next, at);
                    queue.push_back(*next);
                }
            }
        }
        let mut way = vec![to];
        while way.last() != Some(&from) {
            way.push(*before.get(way.last()?)?);
        }
        way.reverse();
        Some(way)
    }

    /// Names the arrows of a closed way.
    fn show(&self, way: &[usize]) -> String {
        let arrow = |pair: &[usize]| {
            let [from, to] = [pair[0], pair[1]].map(|file| self.files[file].display());
            format!("{from}:{} → {to}", self.arrows[pair[0]][&pair[1]])
        };
        way.windows(2).map(arrow).collect::<Vec<_>>().join(", ")
    }
}
