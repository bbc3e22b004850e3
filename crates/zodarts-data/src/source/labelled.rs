//! A folder of images with a table that says what they are.

use std::collections::{BTreeSet, HashMap};
use std::path::{Component, Path, PathBuf};

use super::images::{Images, Listed, Reading};
use super::plan::{Plan, cut_in_three};
use super::table::{Row, Table, wrong};
use crate::copies::SPLITS;
use crate::error::DataError;
use crate::options::{OpenOptions, Progress};
use crate::patients::Patients;

/// The most classes a table may have.
const MAX_CLASSES: usize = 1000;

/// Class names and the images of each split, by a table. Images are taken in the order of class and path, as from class folders: the
/// order of rows means nothing.
pub(super) fn plan<'a>(
    folder: &'a Path,
    path: &Path,
    options: &OpenOptions,
    patients: &mut Patients,
    progress: &dyn Fn(Progress),
) -> Result<Plan<'a>, DataError> {
    let table = Table::read(path)?;
    if !table.unused.is_empty() {
        progress(Progress::UnusedColumns { names: table.unused.clone() });
    }
    let classes = classes(path, &table.rows)?;
    let mut rows = resolved(folder, path, table.rows)?;
    rows.sort_by(|(a, a_file), (b, b_file)| (&a.label, a_file).cmp(&(&b.label, b_file)));
    let class = |label: &String| classes.binary_search(label).unwrap_or_default() as u16;
    let listed = |(row, file): &(Row, PathBuf)| Listed {
        path: file.clone(),
        class: class(&row.label),
        patient: row.patient,
    };
    let files = rows.iter().map(listed).collect();
    let images = Images::survey(files, table.has_patients, Reading::new(folder, options), patients)?;
    if !table.has_splits {
        return cut_in_three(folder, images, classes, options.seed);
    }
    let splits = [0, 1, 2].map(|split| images.of_files(|file| rows[file].0.split == split));
    check_classes(path, &images, &splits, &classes)?;
    if let Some(places) = images.divided(splits.each_ref().map(Vec::as_slice)) {
        return Err(divided(path, places.map(|(_, image)| &rows[images.file(image)].0)));
    }
    Ok(Plan::given(classes, images, splits, options.seed))
}

/// The labels that occur, sorted.
fn classes(path: &Path, rows: &[Row]) -> Result<Vec<String>, DataError> {
    let labels: BTreeSet<&String> = rows.iter().map(|row| &row.label).collect();
    if (2..=MAX_CLASSES).contains(&labels.len()) {
        return Ok(labels.into_iter().cloned().collect());
    }
    let problem =
        format!("column `label` has {} different value(s), expected 2 to {MAX_CLASSES}", labels.len());
    Err(wrong(path, problem, "every label is a class, and it takes two to tell apart"))
}

/// The rows with their files, each of which is below the folder and there once.
fn resolved(folder: &Path, table: &Path, rows: Vec<Row>) -> Result<Vec<(Row, PathBuf)>, DataError> {
    let root = folder.canonicalize();
    let root =
        root.map_err(|source| DataError::Io { path: folder.to_owned(), action: "open the folder", source })?;
    let mut known: HashMap<PathBuf, u64> = HashMap::new();
    let mut files = Vec::with_capacity(rows.len());
    for row in rows {
        let (line, name) = (row.line, &row.path);
        let refused = |problem: &str, hint| wrong(table, format!("line {line}: `{name}` {problem}"), hint);
        let (file, real) =
            resolve(folder, &root, name).map_err(|problem| refused(problem, problem_hint(problem)))?;
        if let Some(first) = known.insert(real, line) {
            return Err(refused(&format!("is also in line {first}"), "leave one line for each file"));
        }
        files.push((row, file));
    }
    Ok(files)
}

const OUTSIDE: &str = "leads out of the folder";
const NO_FILE: &str = "is no file below the folder";

fn problem_hint(problem: &str) -> &'static str {
    if problem == OUTSIDE {
        "write paths below DATA, without `..` and links"
    } else {
        "write paths as they are below DATA"
    }
}

/// The file of a path below `folder`, and where it really lies.
fn resolve(folder: &Path, root: &Path, name: &str) -> Result<(PathBuf, PathBuf), &'static str> {
    let mut below = PathBuf::new();
    for part in Path::new(name).components() {
        match part {
            Component::Normal(part) => below.push(part),
            Component::CurDir => (),
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return Err(OUTSIDE),
        }
    }
    let file = folder.join(below);
    let real = file.canonicalize().map_err(|_| NO_FILE)?;
    if !real.starts_with(root) {
        return Err(OUTSIDE);
    }
    if real.is_file() { Ok((file, real)) } else { Err(NO_FILE) }
}

/// Every split that is there needs every class, and only validation may be left out.
fn check_classes(
    path: &Path,
    images: &Images<'_>,
    splits: &[Vec<u32>; 3],
    classes: &[String],
) -> Result<(), DataError> {
    for (split, members) in SPLITS.iter().zip(splits) {
        let mut seen = vec![false; classes.len()];
        for image in members {
            seen[usize::from(images.class(*image))] = true;
        }
        let missing = classes.iter().zip(&seen).find(|(_, seen)| !**seen);
        if let Some((class, _)) = missing.filter(|_| *split != "val" || !members.is_empty()) {
            let problem = format!("no `{split}` row has the label `{class}`");
            return Err(wrong(
                path,
                problem,
                "training, test and, where there is one, validation need every class",
            ));
        }
    }
    Ok(())
}

/// Rows of one patient in two splits.
fn divided(path: &Path, rows: [&Row; 2]) -> DataError {
    let [one, other] = rows.map(|row| format!("line {} ({}, `{}`)", row.line, SPLITS[row.split], row.path));
    let problem = format!("{one} and {other} are of one patient, but in different splits");
    wrong(
        path,
        problem,
        "put all images of a patient in one split, or leave the column `split` out to have them cut by patient",
    )
}
