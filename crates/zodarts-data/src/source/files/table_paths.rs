//! Paths of a table: below DATA, or beside the table and below DATA; or names of files anywhere below DATA.

use super::bare_names::BareNames;
use crate::decode::EXTENSIONS;
use crate::error::DataError;
use std::cell::{Cell, OnceCell};
use std::path::{Component, Path, PathBuf};

/// The place of a table's files.
#[derive(Debug)]
pub(super) struct TablePaths<'a> {
    /// The folder that paths start from.
    folder: &'a Path,
    /// The folder without links.
    root: PathBuf,
    /// Other folders that paths may start from; the file must be below the folder all the same.
    others: Vec<PathBuf>,
    /// The end of file names that the paths lack.
    suffix: Option<String>,
    /// The files below the folder by name, once a path needs them; `None` if they cannot be listed.
    names: OnceCell<Option<BareNames>>,
    found_by_name: Cell<usize>,
}

/// A file of a table.
#[derive(Debug)]
pub(super) struct TableFile {
    pub path: PathBuf,
    /// The path without links.
    pub real: PathBuf,
}

/// A fault of a path in a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PathFault {
    Outside,
    NoFile,
    /// The file is there with this ending.
    Lacks(&'static str),
    /// So many files in subfolders have this name.
    Several(usize),
}

impl PathFault {
    /// Returns the fault in words that follow the path.
    pub fn problem(&self) -> String {
        match self {
            PathFault::Outside => "leads out of the folder".into(),
            PathFault::NoFile => "is no file below the folder".into(),
            PathFault::Lacks(ending) => format!("is no file below the folder, but with .{ending} it is"),
            PathFault::Several(files) => format!("is the name of {files} files below the folder"),
        }
    }

    /// Returns advice.
    pub fn hint(&self) -> &'static str {
        match self {
            PathFault::Outside => "write paths below DATA, without `..` and links",
            PathFault::NoFile => "write paths as they are below DATA; --suffix adds what their ends lack",
            PathFault::Lacks(_) => "give the missing end with --suffix, such as --suffix .jpg",
            PathFault::Several(_) => "write the path below DATA, with its folders",
        }
    }
}

impl<'a> TablePaths<'a> {
    /// Returns the place of the files of `table` below `folder`.
    pub fn new(folder: &'a Path, table: &Path, suffix: Option<&str>) -> Result<Self, DataError> {
        let opened = folder.canonicalize();
        let root = opened.map_err(|source| DataError::Io {
            path: folder.to_owned(),
            action: "open DATA",
            source,
        })?;
        let beside = table.canonicalize().ok().and_then(|table| Some(table.parent()?.to_owned()));
        let others = beside.into_iter().chain(root.parent().map(Path::to_owned)).collect();
        let bare = |suffix: &str| EXTENSIONS.iter().any(|known| suffix.eq_ignore_ascii_case(known));
        let suffix = suffix.map(|suffix| if bare(suffix) { format!(".{suffix}") } else { suffix.to_owned() });
        let (names, found_by_name) = (OnceCell::new(), Cell::new(0));
        Ok(Self { folder, root, others, suffix, names, found_by_name })
    }

    /// Returns the number of files that were found by their name alone.
    pub fn found_by_name(&self) -> usize {
        self.found_by_name.get()
    }

    /// Returns the file of a path.
    pub fn resolve(&self, name: &str) -> Result<TableFile, PathFault> {
        let name = match &self.suffix {
            Some(suffix) if !name.to_lowercase().ends_with(&suffix.to_lowercase()) => {
                format!("{name}{suffix}")
            }
            _ => name.to_owned(),
        };
        match self.as_written(&name) {
            // Tables of Windows separate folders by backslashes.
            Err(PathFault::NoFile) if name.contains('\\') => self.as_written(&name.replace('\\', "/")),
            found => found,
        }
        .map_err(|fault| if fault == PathFault::NoFile { self.without_end(&name) } else { fault })
    }

    fn as_written(&self, name: &str) -> Result<TableFile, PathFault> {
        let path = Path::new(name);
        if path.is_absolute() {
            return self.below(path.to_owned());
        }
        let mut below = PathBuf::new();
        for part in path.components() {
            match part {
                Component::Normal(part) => below.push(part),
                Component::CurDir => (),
                Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                    return Err(PathFault::Outside);
                }
            }
        }
        match self.below(self.folder.join(&below)) {
            Err(PathFault::NoFile) => {
                let mut others = self.others.iter().map(|other| self.below(other.join(&below)));
                others.find_map(Result::ok).map_or_else(|| self.by_name(&below), Ok)
            }
            found => found,
        }
    }

    /// Returns the only file below the folder that has this name, if it is a name without folders.
    fn by_name(&self, name: &Path) -> Result<TableFile, PathFault> {
        let listed = || BareNames::below(self.folder).ok();
        let bare = name.components().count() == 1;
        let name = name.to_str().filter(|_| bare).ok_or(PathFault::NoFile)?;
        let names = self.names.get_or_init(listed).as_ref().ok_or(PathFault::NoFile)?;
        let files = names.get(name).ok_or(PathFault::NoFile)?;
        if files.count > 1 {
            return Err(PathFault::Several(files.count));
        }
        let found = self.below(files.first.clone())?;
        self.found_by_name.set(self.found_by_name.get() + 1);
        Ok(found)
    }

    /// Returns a file if it is below the folder: by a path from the folder, so that equal files have equal
    /// paths.
    fn below(&self, path: PathBuf) -> Result<TableFile, PathFault> {
        let real = path.canonicalize().map_err(|_| PathFault::NoFile)?;
        let Ok(inner) = real.strip_prefix(&self.root) else { return Err(PathFault::Outside) };
        if !real.is_file() {
            return Err(PathFault::NoFile);
        }
        let path = if path.starts_with(self.folder) { path } else { self.folder.join(inner) };
        Ok(TableFile { path, real })
    }

    /// Returns the fault of a path without a file.
    fn without_end(&self, name: &str) -> PathFault {
        let there = |ending: &&&str| self.as_written(&format!("{name}.{ending}")).is_ok();
        EXTENSIONS.iter().find(there).map_or(PathFault::NoFile, |ending| PathFault::Lacks(ending))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    /// A folder `images` with `in/a.png`, and a table beside it.
    fn place() -> TempDir {
        let place = TempDir::new().unwrap();
        std::fs::create_dir_all(place.path().join("images/in")).unwrap();
        for file in ["images/in/a.png", "other.png", "labels.csv"] {
            std::fs::write(place.path().join(file), "x").unwrap();
        }
        place
    }

    #[test]
    fn a_path_may_be_absolute_or_beside_the_table_but_below_data() {
        let place = place();
        let folder = place.path().join("images");
        let absolute = folder.join("in/a.png").display().to_string();
        for (name, suffix) in [
            ("in/a.png", None),
            ("./in//a.png", None),
            ("in\\a.png", None),
            ("images/in/a.png", None),
            ("images\\in\\a.png", None),
            (&*absolute, None),
            ("in/a", Some(".png")),
            ("in/a", Some("png")),
            ("in/a.PNG", Some(".png")),
            ("in\\a", Some(".png")),
        ] {
            let paths = TablePaths::new(&folder, &place.path().join("labels.csv"), suffix).unwrap();
            match paths.resolve(name) {
                Ok(file) => assert_eq!(file.path, folder.join("in/a.png"), "{name}"),
                Err(fault) => assert_eq!((name, fault), ("in/a.PNG", PathFault::NoFile)),
            }
        }
        let paths = TablePaths::new(&folder, &place.path().join("labels.csv"), None).unwrap();
        let outside = place.path().join("other.png").display().to_string();
        for name in ["../other.png", &*outside, "in/../../other.png"] {
            assert_eq!(paths.resolve(name).unwrap_err(), PathFault::Outside, "{name}");
        }
        assert_eq!(paths.resolve("in/a").unwrap_err(), PathFault::Lacks("png"));
        assert_eq!(paths.resolve("other.png").unwrap_err(), PathFault::NoFile);
        assert_eq!(paths.resolve("in").unwrap_err(), PathFault::NoFile);
    }

    #[test]
    fn a_name_without_folders_is_found_below_data_unless_two_files_have_it() {
        let place = place();
        let folder = place.path().join("images");
        let resolved = |name: &str, suffix| {
            let paths = TablePaths::new(&folder, &place.path().join("labels.csv"), suffix).unwrap();
            let path = paths.resolve(name).map(|file| file.path);
            (path, paths.found_by_name())
        };
        let inner = Ok(folder.join("in/a.png"));
        assert_eq!(resolved("a.png", None), (inner.clone(), 1));
        assert_eq!(resolved("a", Some(".png")), (inner.clone(), 1));
        assert_eq!(resolved("in/a.png", None), (inner, 0));
        assert_eq!(resolved("out/a.png", None), (Err(PathFault::NoFile), 0));
        assert_eq!(resolved("a", None).0, Err(PathFault::Lacks("png")));
        std::fs::create_dir(folder.join("other")).unwrap();
        std::fs::write(folder.join("other/a.png"), "y").unwrap();
        assert_eq!(resolved("a.png", None), (Err(PathFault::Several(2)), 0));
        assert_eq!(resolved("other/a.png", None).0, Ok(folder.join("other/a.png")));
        std::fs::remove_file(folder.join("in/a.png")).unwrap();
        std::fs::rename(folder.join("other"), folder.join(".hidden")).unwrap();
        assert_eq!(resolved("a.png", None).0, Err(PathFault::NoFile));
    }
}
