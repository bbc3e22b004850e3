//! Settings in the making: defaults that a preset, files and options change, one after the other.

use super::{DataSettings, PredictSettings, SearchSettings, Settings, TrainSettings};
use toml::Table;
use zodarts_nas::methods::{AnyMethod, SearchMethod, all, unknown};
use zodarts_nas::settings::{InvalidSettings, Section, Value, nearest, path};

zodarts_nas::settings! {
    /// Settings that belong to no section.
    pub struct Root in "" {
        /// Seed of every random choice but the splits: weights, order of images, augmentation, directions,
        /// bootstrap.
        seed: u64 = 0;
    }
}

/// Settings in the making, those of every method among them.
#[derive(Debug)]
pub struct Draft {
    pub(super) root: Root,
    pub(super) data: DataSettings,
    pub(super) search: SearchSettings,
    pub(super) train: TrainSettings,
    pub(super) predict: PredictSettings,
    methods: Vec<Box<dyn SearchMethod>>,
    chosen: usize,
}

impl Default for Draft {
    fn default() -> Self {
        let mut draft = Self {
            root: Root::default(),
            data: DataSettings::default(),
            search: SearchSettings::default(),
            train: TrainSettings::default(),
            predict: PredictSettings::default(),
            methods: all(),
            chosen: 0,
        };
        draft.chosen = draft.position(AnyMethod::default().name()).expect("the default is one of all");
        draft
    }
}

impl DataSettings {
    /// Returns these settings, changed as a configuration's table says.
    ///
    /// # Errors
    /// Returns an error if a key is unknown or a value not of its setting's type.
    pub fn changed(self, table: &Table) -> Result<Self, InvalidSettings> {
        let mut draft = Draft { data: self, ..Draft::default() };
        draft.apply(table)?;
        Ok(draft.data)
    }
}

impl Draft {
    /// Chooses the search method of a name. `[method]` tables without a name belong to it.
    ///
    /// # Errors
    /// Returns an error if no method has this name.
    pub fn choose(&mut self, name: &str) -> Result<(), InvalidSettings> {
        self.chosen = self.position(name).ok_or_else(|| unknown(name))?;
        Ok(())
    }

    /// Returns the name of the method in a table's `[method]`, if it has one.
    pub fn method_named(table: &Table) -> Option<&str> {
        table.get("method")?.get("name")?.as_str()
    }

    /// Sets what a configuration's table says: sections, `[method]`, and sections with the name of a method,
    /// which count if that method is the one.
    ///
    /// # Errors
    /// Returns an error if a key is unknown or a value not of its setting's type.
    pub fn apply(&mut self, table: &Table) -> Result<(), InvalidSettings> {
        for (key, value) in table {
            let Some(values) = value.as_table() else {
                set(&mut self.root, "", None, key, value)?;
                continue;
            };
            let method = if key == "method" { self.owner(values)? } else { self.position(key) };
            for (name, value) in values.iter().filter(|(name, _)| key != "method" || *name != "name") {
                match method {
                    Some(index) => self.set_method(index, key, name, value)?,
                    None => set(self.section(key)?, key, None, name, value)?,
                }
            }
        }
        Ok(())
    }

    /// Sets the number of epochs between annealing steps of every method that anneals.
    pub(super) fn anneal_every(&mut self, epochs: usize) {
        let value = Value::Whole(epochs as i64);
        for method in &mut self.methods {
            method.set("anneal_every", &value).expect("a whole number");
        }
    }

    /// Checks every value, those of every method among them.
    ///
    /// # Errors
    /// Returns the first value out of its range.
    pub fn validate(&self) -> Result<(), InvalidSettings> {
        let sections: [&dyn Section; 5] = [&self.root, &self.data, &self.search, &self.train, &self.predict];
        sections.iter().try_for_each(|section| section.validate())?;
        let space = self.search.space;
        self.methods.iter().try_for_each(|method| method.validate().and_then(|()| method.check_space(space)))
    }

    /// Returns the settings, and every method with its own.
    pub fn finish(self) -> (Settings, Vec<AnyMethod>) {
        let methods: Vec<AnyMethod> = self.methods.into_iter().map(AnyMethod::from).collect();
        let Self { data, search, train, predict, .. } = self;
        let method = methods[self.chosen].clone();
        (Settings { seed: self.root.seed, data, search, method, train, predict }, methods)
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.methods.iter().position(|method| method.card().name == name)
    }

    /// The method that a `[method]` table belongs to.
    fn owner(&self, values: &Table) -> Result<Option<usize>, InvalidSettings> {
        let Some(name) = values.get("name") else { return Ok(Some(self.chosen)) };
        let name = name.as_str().map_or_else(|| name.to_string(), ToOwned::to_owned);
        self.position(&name).map(Some).ok_or_else(|| unknown(&name))
    }

    fn section(&mut self, name: &str) -> Result<&mut dyn Section, InvalidSettings> {
        Ok(match name {
            "data" => &mut self.data,
            "search" => &mut self.search,
            "train" => &mut self.train,
            "predict" => &mut self.predict,
            _ => return Err(self.unknown_section(name)),
        })
    }

    fn unknown_section(&self, name: &str) -> InvalidSettings {
        let mut known = vec!["data", "search", "method", "train", "predict"];
        known.extend(self.methods.iter().map(|method| method.card().name));
        let hint = nearest(name, &known).map(|near| format!("did you mean `[{near}]`?"));
        InvalidSettings::Unknown { key: name.into(), of: None, hint }
    }

    fn set_method(
        &mut self,
        index: usize,
        section: &str,
        key: &str,
        value: &toml::Value,
    ) -> Result<(), InvalidSettings> {
        let others = self.readers(key);
        let method = &mut *self.methods[index];
        let name = method.card().name;
        set(method, section, Some(name), key, value).map_err(|error| match error {
            InvalidSettings::Unknown { key: found, of, hint } if !others.is_empty() => {
                let others = format!("`{key}` is a setting of {}", others.join(", "));
                let hint = hint.map_or_else(|| others.clone(), |hint| format!("{others}; {hint}"));
                InvalidSettings::Unknown { key: found, of, hint: Some(hint) }
            }
            error => error,
        })
    }

    /// The methods that have a setting of this key.
    fn readers(&self, key: &str) -> Vec<&'static str> {
        let has = |method: &dyn SearchMethod| method.settings().iter().any(|own| own.key == key);
        let methods = self.methods.iter().map(|method| &**method);
        methods.filter(|method| has(*method)).map(|method| method.card().name).collect()
    }
}

/// Sets one key of a section, which is that of the method `of` if it is one.
fn set(
    section: &mut dyn Section,
    name: &str,
    of: Option<&str>,
    key: &str,
    value: &toml::Value,
) -> Result<(), InvalidSettings> {
    let plain = value.clone().try_into::<Value>().unwrap_or_else(|_| Value::Text(value.to_string()));
    if section.set(key, &plain)? {
        return Ok(());
    }
    let known: Vec<&str> = section.settings().iter().map(|setting| setting.key).collect();
    let near = nearest(key, &known).map(|near| format!("did you mean `{}`?", path(name, near)));
    Err(InvalidSettings::Unknown { key: path(name, key), of: of.map(Into::into), hint: near })
}

#[cfg(test)]
mod tests {
    use super::*;
    use zodarts_nas::methods::{DartsV2, ZoDartsPlus};

    fn drafted(text: &str) -> Result<Settings, InvalidSettings> {
        Settings::from_table(&text.parse().unwrap())
    }

    #[test]
    fn a_mistyped_key_gets_the_nearest_one() {
        let error = drafted("[method]\nname = \"darts-v2\"\nradios = 1").unwrap_err();
        assert_eq!(error.to_string(), "`method.radios` is not a setting of darts-v2");
        assert_eq!(error.hint().unwrap(), "did you mean `method.radius`?");
        let error = drafted("[search]\nepoch = 3").unwrap_err();
        assert_eq!(error.to_string(), "`search.epoch` is not a setting");
        assert_eq!(error.hint().unwrap(), "did you mean `search.epochs`?");
        let error = drafted("[serach]\nepochs = 3").unwrap_err();
        assert_eq!(error.hint().unwrap(), "did you mean `[search]`?");
    }

    #[test]
    fn a_setting_of_another_method_is_refused_with_those_that_have_it() {
        let error = drafted("[method]\nname = \"darts-v1\"\nradius = 1").unwrap_err();
        assert_eq!(error.to_string(), "`method.radius` is not a setting of darts-v1");
        assert_eq!(error.hint().unwrap(), "`radius` is a setting of darts-v2, darts-unrolled");
        let error = drafted("[method]\nname = \"darts-v3\"").unwrap_err().to_string();
        assert!(error.starts_with("unknown method \"darts-v3\", expected one of darts-v1"), "{error}");
    }

    #[test]
    fn sections_named_after_a_method_count_if_it_is_the_one() {
        let text = "[method]\nname = \"darts-v2\"\n[darts-v2]\nradius = 0.5\n[milenas]\nlambda = 2";
        let found = drafted(text).unwrap();
        assert_eq!(found.method, DartsV2 { radius: 0.5 }.into());
        assert_eq!(drafted("[milenas]\nlambda = 2").unwrap().method, ZoDartsPlus::default().into());
    }
}
