//! Rows of CSV.

/// Returns a row with its line end. Fields are quoted where RFC 4180 needs it.
///
/// # Panics
/// Never: a row in memory can always be written.
pub fn row<T: AsRef<[u8]>>(fields: impl IntoIterator<Item = T>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(fields).expect("memory takes a row");
    let bytes = writer.into_inner().expect("memory takes a row");
    String::from_utf8(bytes).expect("text is UTF-8")
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
