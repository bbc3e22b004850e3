//! Rows of CSV as in RFC 4180.

/// Returns a row with its line end.
pub fn row<T: AsRef<str>>(fields: impl IntoIterator<Item = T>) -> String {
    let fields: Vec<String> = fields.into_iter().map(|field| quoted(field.as_ref())).collect();
    fields.join(",") + "\n"
}

fn quoted(field: &str) -> String {
    if field.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_needed() {
        let fields = ["plain", "normal, benign", "a \"b\"", ""];
        assert_eq!(row(fields), "plain,\"normal, benign\",\"a \"\"b\"\"\",\n");
    }
}
