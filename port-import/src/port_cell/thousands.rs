//! Joins the digits of numbers with a thousands separator, such as `1,024-65,535`, if they can't be two ports.

use super::token::{Kind, Token};

/// Makes one token of each number that certainly has a thousands separator. `25,465` stays two, since it may be two ports.
pub(super) fn join_thousands(text: &str, tokens: &mut Vec<Token>) {
    let mut index = 0;
    while index < tokens.len() {
        if is_one_number(text, tokens, index) {
            tokens[index].range.end = tokens[index + 2].range.end;
            tokens.drain(index + 1..index + 3);
        }
        index += 1;
    }
}

/// Whether the three tokens from an index on can only be one number.
fn is_one_number(text: &str, tokens: &[Token], index: usize) -> bool {
    if !has_separator(text, tokens, index) {
        return false;
    }
    let digits = |index: usize| &text[tokens[index].range.clone()];
    let is_dash = |index: usize| {
        let is_to = |token: &Token| text[token.range.clone()].eq_ignore_ascii_case("to");
        tokens.get(index).is_some_and(|token| token.kind == Kind::Dash || is_to(token))
    };
    // The first number of a list may not be more than the second: `1024-65,535` isn't `1024-65, 535`.
    let number = |index: usize| digits(index).replace(',', "").parse::<u32>().unwrap_or(0);
    let ends_range = index >= 2 && is_dash(index - 1) && number(index - 2) > number(index);
    let begins_range = is_dash(index + 3) && has_separator(text, tokens, index + 4);
    // A port has no leading zero.
    digits(index + 2).starts_with('0') || ends_range || begins_range
}

/// Whether one or two digits, a comma and three digits begin at an index, with nothing between them and no comma around them.
fn has_separator(text: &str, tokens: &[Token], index: usize) -> bool {
    let Some([first, comma, last]) = tokens.get(index..index + 3) else { return false };
    let is_comma = |token: &Token| &text[token.range.clone()] == ",";
    let is_tight = !comma.follows_space && !last.follows_space;
    let is_form = first.kind == Kind::Number && is_comma(comma) && last.kind == Kind::Number && is_tight;
    let has_more = tokens.get(index + 3).is_some_and(|next| is_comma(next) && !next.follows_space)
        || index > 0 && is_comma(&tokens[index - 1]) && !first.follows_space;
    let is_short = first.range.len() < 3 && last.range.len() == 3 && !text[first.range.clone()].starts_with('0');
    is_form && is_short && !has_more
}
