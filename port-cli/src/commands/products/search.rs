//! Finds products by words, and the names that misspelt words may mean.

use std::str::FromStr;

use port_core::nearest::nearest;
use port_engine::dataset::{Dataset, Product};

/// Words, each of which a product must have somewhere. Case is ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    text: String,
    /// The words in lowercase.
    words: Vec<String>,
}

impl Search {
    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether each word is part of the product's id, name or field, of its vendor's id or name, or of the title of its document.
    pub fn matches(&self, product: &Product, dataset: &Dataset) -> bool {
        let texts = texts(product, dataset).map(str::to_lowercase).collect::<Vec<_>>();
        self.words.iter().all(|word| has_word(&texts, word))
    }

    /// The names of products, vendors and fields nearest to words that no product has. Searching for any of them finds something.
    pub fn suggestions(&self, dataset: &Dataset) -> Vec<String> {
        let texts: Vec<String> =
            dataset.products.iter().flat_map(|product| texts(product, dataset)).map(str::to_lowercase).collect();
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '-';
        let words = texts.iter().flat_map(|text| text.split(move |letter| !is_word(letter)));
        let mut known: Vec<&str> =
            texts.iter().map(String::as_str).chain(words).filter(|name| name.len() > 1).collect();
        known.sort_unstable();
        known.dedup();
        let unknown = self.words.iter().filter(|word| !has_word(&texts, word));
        let near = unknown.flat_map(|word| several_nearest(word, known.clone()));
        near.map(str::to_string).collect()
    }
}

/// The texts in which words are found.
fn texts<'a>(product: &'a Product, dataset: &'a Dataset) -> impl Iterator<Item = &'a str> {
    let vendor = dataset.vendor(&product.vendor).map(|vendor| vendor.name.as_str());
    let always = [&product.id, &product.name, &product.vendor, &product.newest_edition().document];
    always.into_iter().map(String::as_str).chain(vendor).chain(product.field.as_deref())
}

fn has_word(texts: &[String], word: &str) -> bool {
    texts.iter().any(|text| text.contains(word))
}

/// The names nearest to a word, at most three.
fn several_nearest<'a>(word: &str, mut known: Vec<&'a str>) -> Vec<&'a str> {
    const MOST: usize = 3;
    let mut near = Vec::new();
    while let Some(next) = nearest(word, known.iter().copied()).filter(|_| near.len() < MOST) {
        near.push(next);
        known.retain(|name| *name != next);
    }
    near
}

/// A text without any word isn't a search.
impl FromStr for Search {
    type Err = String;

    fn from_str(text: &str) -> Result<Search, String> {
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        match words.is_empty() {
            true => Err("write a part of a name, such as azure".to_string()),
            false => Ok(Search { text: text.to_string(), words }),
        }
    }
}
