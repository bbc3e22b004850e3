//! Rust source as tokens, without comments, literals and tests.

/// A word or a mark of Rust source, and its line, from 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    pub text: String,
    pub line: usize,
}

impl Token {
    /// Returns true if the token is an identifier or a keyword.
    pub fn is_word(&self) -> bool {
        self.text.starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

/// Returns the tokens of a source file; `::` is one token. Items below `#[cfg(test)]` are left out, and so
/// are comments, literals and lifetimes.
pub fn tokens(text: &str) -> Vec<Token> {
    without_tests(&scan(text))
}

fn scan(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let (mut tokens, mut at, mut line) = (Vec::new(), 0, 1);
    while at < chars.len() {
        let end = end_of_token(&chars, at);
        let piece = &chars[at..end];
        let word = chars[at].is_alphabetic() || chars[at] == '_';
        let mark = chars[at].is_ascii_punctuation() && (end - at == 1 || piece == [':', ':']);
        let literal = word && piece.iter().any(|c| matches!(c, '"' | '\''));
        if (word && !literal) || (mark && !matches!(chars[at], '"' | '\'')) {
            tokens.push(Token { text: piece.iter().collect(), line });
        }
        line += piece.iter().filter(|c| **c == '\n').count();
        at = end;
    }
    tokens
}

/// Returns the place behind the token, comment, literal or space that begins at `at`.
fn end_of_token(chars: &[char], at: usize) -> usize {
    let next = |offset: usize| chars.get(at + offset).copied().unwrap_or('\0');
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let end_of_word = |from: usize| from + chars[from..].iter().take_while(|c| is_word(**c)).count();
    match chars[at] {
        '/' if next(1) == '/' => at + chars[at..].iter().take_while(|c| **c != '\n').count(),
        '/' if next(1) == '*' => end_of_block_comment(chars, at),
        '"' => end_of_string(chars, at),
        '\'' if next(1) == '\\' || next(2) == '\'' => end_of_char(chars, at),
        '\'' => end_of_word(at + 1),
        ':' if next(1) == ':' => at + 2,
        c if c.is_alphabetic() || c == '_' => {
            let end = end_of_word(at);
            let prefix: String = chars[at..end].iter().collect();
            match (prefix.as_str(), chars.get(end)) {
                ("b" | "c", Some('"')) => end_of_string(chars, end),
                ("b", Some('\'')) => end_of_char(chars, end),
                ("r" | "br" | "cr", Some('"' | '#')) => end_of_raw_string(chars, end),
                _ => end,
            }
        }
        c if c.is_ascii_digit() => end_of_word(at),
        _ => at + 1,
    }
}

fn end_of_block_comment(chars: &[char], at: usize) -> usize {
    let (mut end, mut depth) = (at, 0);
    while end < chars.len() {
        match (chars[end], chars.get(end + 1)) {
            ('/', Some('*')) => depth += 1,
            ('*', Some('/')) => depth -= 1,
            _ => {
                end += 1;
                continue;
            }
        }
        end += 2;
        if depth == 0 {
            return end;
        }
    }
    end
}

fn end_of_string(chars: &[char], quote: usize) -> usize {
    end_of_quoted(chars, quote, '"')
}

fn end_of_char(chars: &[char], quote: usize) -> usize {
    end_of_quoted(chars, quote, '\'')
}

fn end_of_quoted(chars: &[char], quote: usize, mark: char) -> usize {
    let mut end = quote + 1;
    while end < chars.len() && chars[end] != mark {
        end += if chars[end] == '\\' { 2 } else { 1 };
    }
    (end + 1).min(chars.len())
}

/// Returns the place behind `r#"…"#` whose first `#` or quote is at `from`; behind `r` of an identifier
/// `r#type`.
fn end_of_raw_string(chars: &[char], from: usize) -> usize {
    let hashes = chars[from..].iter().take_while(|c| **c == '#').count();
    if chars.get(from + hashes) != Some(&'"') {
        return from;
    }
    let closing = |at: &usize| {
        chars[*at] == '"' && chars[at + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes
    };
    (from + hashes + 1..chars.len()).find(closing).map_or(chars.len(), |at| at + 1 + hashes)
}

fn without_tests(tokens: &[Token]) -> Vec<Token> {
    const ATTRIBUTE: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let starts = |at: usize| {
        let window = tokens.get(at..at + ATTRIBUTE.len());
        window.is_some_and(|window| window.iter().map(|token| &*token.text).eq(ATTRIBUTE))
    };
    let (mut kept, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        if starts(at) {
            at = end_of_item(tokens, at + ATTRIBUTE.len());
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

/// Returns the place behind an item: behind its closing brace, or behind a `;` outside of all braces.
fn end_of_item(tokens: &[Token], from: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(from) {
        match token.text.as_str() {
            "{" | "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            "}" => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            ";" if depth == 0 => return at + 1,
            _ => {}
        }
    }
    tokens.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn comments_and_literals_are_left_out() {
        let text = "// crate::a\nlet x = /* crate::b /* c */ */ \"crate::c \\\" d\"; \
                    f('\"', b'x', r#\"e \" f\"#, 'a: g)";
        assert_eq!(words(text), ["let", "x", "=", ";", "f", "(", ",", ",", ",", ":", "g", ")"]);
    }

    #[test]
    fn tests_are_left_out_and_lines_are_counted() {
        let text = "use a::b;\n#[cfg(test)]\nmod tests {\n use c::d;\n fn e() { 1; }\n}\n\
                    #[cfg(test)]\nuse f::g;\nmod h;\n";
        assert_eq!(words(text), ["use", "a", "::", "b", ";", "mod", "h", ";"]);
        assert_eq!(tokens(text).last().unwrap().line, 9);
    }
}
