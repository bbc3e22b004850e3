//! The modules of a crate, and the names that each of them has.

use crate::source::{Token, tokens};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A module: its file, its children and the paths that it names.
#[derive(Debug)]
pub struct Module {
    /// The file, below the folder of the source.
    pub file: PathBuf,
    parent: Option<usize>,
    children: BTreeMap<String, usize>,
    /// Names that `use` lines bring into the module: those of their paths' last segments.
    imported: BTreeMap<String, Vec<String>>,
    /// Names of the module's own items, which an import of the same name (of a macro) does not hide.
    defined: BTreeSet<String>,
    /// Paths that the module names, and their lines.
    pub paths: Vec<(Vec<String>, usize)>,
}

/// The modules of a crate; the first is its root.
#[derive(Debug, Default)]
pub struct Crate {
    pub modules: Vec<Module>,
}

impl Crate {
    /// Reads a crate from its root on. `read` returns the text of a file, or `None` if there is no such file.
    pub fn read(read: &dyn Fn(&Path) -> Option<String>) -> Self {
        let mut found = Self::default();
        for file in ["lib.rs", "main.rs"] {
            if found.modules.is_empty() && read(Path::new(file)).is_some() {
                found.add(Path::new(file), Path::new(""), None, read);
            }
        }
        found
    }

    /// Adds the module of a file whose children lie in `folder`.
    fn add(
        &mut self,
        file: &Path,
        folder: &Path,
        parent: Option<usize>,
        read: &dyn Fn(&Path) -> Option<String>,
    ) -> Option<usize> {
        let tokens = tokens(&read(file)?);
        let names = children(&tokens);
        let Uses { imported, mut paths } = uses(&tokens);
        paths.extend(in_code(&tokens, &names));
        let at = self.modules.len();
        let (file, children) = (file.to_owned(), BTreeMap::new());
        self.modules.push(Module { file, parent, children, imported, defined: defined(&tokens), paths });
        for name in names {
            let own = folder.join(&name);
            let child = self
                .add(&own.with_extension("rs"), &own, Some(at), read)
                .or_else(|| self.add(&own.join("mod.rs"), &own, Some(at), read));
            if let Some(child) = child {
                self.modules[at].children.insert(name, child);
            }
        }
        Some(at)
    }

    /// Returns the module that a path of module `from` leads into, or `None` if it leads out of the crate.
    pub fn resolve(&self, from: usize, path: &[String]) -> Option<usize> {
        self.follow(from, path, &mut BTreeSet::new())
    }

    fn follow(
        &self,
        from: usize,
        path: &[String],
        seen: &mut BTreeSet<(usize, Vec<String>)>,
    ) -> Option<usize> {
        if !seen.insert((from, path.to_vec())) {
            return None;
        }
        let (first, rest) = path.split_first()?;
        let mut at = match first.as_str() {
            "crate" => 0,
            "self" => from,
            "super" => self.modules[from].parent?,
            name => *self.modules[from].children.get(name)?,
        };
        for (index, name) in rest.iter().enumerate() {
            let module = &self.modules[at];
            if name == "super" {
                at = module.parent?;
            } else if let Some(child) = module.children.get(name) {
                at = *child;
            } else if module.defined.contains(name) {
                return Some(at);
            } else if let Some(origin) = module.imported.get(name) {
                let whole = [origin, &rest[index + 1..]].concat();
                return self.follow(at, &whole, seen);
            } else {
                return Some(at);
            }
        }
        Some(at)
    }
}

/// Returns the names of the lines `mod name;`.
fn children(tokens: &[Token]) -> Vec<String> {
    let line = |window: &[Token]| {
        let found = window[0].text == "mod" && window[2].text == ";";
        found.then(|| window[1].text.clone())
    };
    tokens.windows(3).filter_map(line).collect()
}

/// Returns the names behind the keywords that begin an item.
fn defined(tokens: &[Token]) -> BTreeSet<String> {
    const KEYWORDS: [&str; 9] =
        ["struct", "enum", "union", "trait", "type", "fn", "const", "static", "macro_rules"];
    let begins = |pair: &&[Token]| KEYWORDS.contains(&pair[0].text.as_str()) && pair[1].is_word();
    tokens.windows(2).filter(begins).map(|pair| pair[1].text.clone()).collect()
}

/// The `use` lines of a module.
#[derive(Default)]
struct Uses {
    imported: BTreeMap<String, Vec<String>>,
    paths: Vec<(Vec<String>, usize)>,
}

fn uses(tokens: &[Token]) -> Uses {
    let words = words_of_code(tokens);
    let mut found = Uses::default();
    let mut public = false;
    for (at, token) in tokens.iter().enumerate() {
        match token.text.as_str() {
            "pub" => public = true,
            "use" => {
                let (names, _) = branches(tokens, at + 1, &[]);
                for Leaf { path, name, line } in names {
                    if !public || words.contains(name.as_str()) {
                        found.paths.push((path.clone(), line));
                    }
                    found.imported.insert(name, path);
                }
                public = false;
            }
            // `pub`, `pub(crate)` and `pub(in a::b)` stand right before `use`.
            "(" | ")" | "crate" | "super" | "self" | "in" => {}
            _ => public = false,
        }
    }
    found
}

/// Returns the words outside of `use` lines.
fn words_of_code(tokens: &[Token]) -> BTreeSet<&str> {
    let mut in_use = false;
    let mut words = BTreeSet::new();
    let mut before = "";
    for token in tokens {
        in_use = (in_use || token.text == "use") && token.text != ";";
        // The name of a module, a function or a method is no use of a name of the module.
        if !in_use && token.is_word() && !["mod", "fn", "."].contains(&before) {
            words.insert(token.text.as_str());
        }
        before = token.text.as_str();
    }
    words
}

/// A name of a `use` line.
struct Leaf {
    path: Vec<String>,
    name: String,
    line: usize,
}

/// Returns the names of a `use` tree that begins at `at` below `prefix`, and the place behind it.
fn branches(tokens: &[Token], mut at: usize, prefix: &[String]) -> (Vec<Leaf>, usize) {
    let mut path = prefix.to_vec();
    let mut line = tokens.get(at).map_or(0, |token| token.line);
    while let Some(token) = tokens.get(at) {
        match token.text.as_str() {
            "::" => {}
            "{" => return group(tokens, at + 1, &path),
            "*" => return (vec![Leaf { path, name: "*".into(), line }], at + 1),
            "as" => {
                let name = tokens.get(at + 1).map_or(String::new(), |token| token.text.clone());
                return (vec![Leaf { path, name, line }], at + 2);
            }
            "self" if !path.is_empty() => {}
            _ if token.is_word() => {
                path.push(token.text.clone());
                line = token.line;
            }
            _ => break,
        }
        at += 1;
    }
    let name = path.last().cloned().unwrap_or_default();
    (vec![Leaf { path, name, line }], at)
}

/// Returns the names of a group in braces that begins behind its `{`, and the place behind its `}`.
fn group(tokens: &[Token], mut at: usize, prefix: &[String]) -> (Vec<Leaf>, usize) {
    let mut names = Vec::new();
    while let Some(token) = tokens.get(at) {
        match token.text.as_str() {
            "}" => return (names, at + 1),
            "," => at += 1,
            _ => {
                let (more, end) = branches(tokens, at, prefix);
                names.extend(more);
                at = end.max(at + 1);
            }
        }
    }
    (names, at)
}

/// Returns the paths of the code that begin with `crate`, `super`, `self` or a child module.
fn in_code(tokens: &[Token], children: &[String]) -> Vec<(Vec<String>, usize)> {
    let mut found = Vec::new();
    let mut in_use = false;
    for at in 0..tokens.len() {
        let text = tokens[at].text.as_str();
        in_use = (in_use || text == "use") && text != ";";
        let begins = ["crate", "super", "self"].contains(&text) || children.iter().any(|name| name == text);
        let before = |back: usize| at.checked_sub(back).map_or("", |at| tokens[at].text.as_str());
        let visibility = before(1) == "in" && before(2) == "(";
        let inside = visibility || ["::", "."].contains(&before(1));
        if in_use || !begins || inside || tokens.get(at + 1).is_none_or(|next| next.text != "::") {
            continue;
        }
        let mut path = vec![text.to_owned()];
        let mut end = at + 1;
        while tokens.get(end).is_some_and(|token| token.text == "::")
            && tokens.get(end + 1).is_some_and(Token::is_word)
        {
            path.push(tokens[end + 1].text.clone());
            end += 2;
        }
        found.push((path, tokens[at].line));
    }
    found
}
