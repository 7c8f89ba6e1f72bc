//! Which rows belong to one unit of privacy, where that is more than a row.

use std::collections::HashMap;
use std::hash::Hash;
use std::num::NonZeroUsize;

use privet_mechanisms::Sensitive;
use serde::{Deserialize, Serialize};

use super::{
    Column, DataError, TableSchema, file::Content, preprocessing::is_array, table::read_owners,
};

/// How private records are grouped: those with one value in a column of their table belong together,
/// as the records of one user. The column is no input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitColumn {
    /// The column; in the schema it has kind `ignore`.
    pub column: String,
    /// Of a unit with more records the first so many are used: a public constant; all of them when
    /// absent.
    ///
    /// Noisy SGD needs it, to bound the work that one unit can cause in a step. PATE does not: all
    /// records of a unit are in one shard and change one ballot, however many they are. Where it is
    /// given it holds there too, and keeps a unit with very many records from being most of what its
    /// teacher sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum_records: Option<NonZeroUsize>,
}

impl UnitColumn {
    /// Refuses a column that the schema does not declare as one that is no input.
    pub(super) fn check(&self, schema: &TableSchema) -> Result<(), DataError> {
        let mut columns = schema.columns().iter();
        match columns.find(|column| column.name() == self.column) {
            Some(Column::Ignore { .. }) => Ok(()),
            _ => Err(self.refused(
                "is not declared as a column that is no input",
                "declare it in the schema with kind = \"ignore\"",
            )),
        }
    }

    /// Groups the records of a CSV file.
    pub(super) fn group(&self, content: &Content) -> Result<Sensitive<UnitIndex>, DataError> {
        if is_array(content) {
            return Err(self.no_table());
        }
        let owners = Sensitive::new(read_owners(content, &self.column)?);
        let most = self.maximum_records.unwrap_or(NonZeroUsize::MAX);
        Ok(owners.map(|owners| UnitIndex::group_by_name(owners, most)))
    }

    /// Where there is no table of the private records alone. A single file is none: its records are
    /// sent to their parts one by one, so that a user could be in all of them.
    pub(super) fn no_table(&self) -> DataError {
        self.refused(
            "users are told apart by a column of a table of the private records alone",
            "give the private, pool and test records as CSV files of their own with a schema, or \
             leave `unit` out for records as units",
        )
    }

    fn refused(&self, problem: &str, remedy: &str) -> DataError {
        DataError::Option {
            key: "[privacy] unit.column",
            value: self.column.clone(),
            problem: problem.to_owned(),
            remedy: remedy.to_owned(),
        }
    }
}

/// Lists of rows: all records of one user each.
///
/// No row belongs to two units, so adding or removing a unit changes what one list contributes and
/// nothing else. A unit keeps its first `rows_per_unit` rows; that number is a public constant, and
/// bounds the work that one unit can cause. The lists themselves depend on private data.
#[derive(Clone, PartialEq, Eq)]
pub struct UnitIndex {
    /// Position in `rows` at which each unit starts, and the end of the last.
    starts: Vec<usize>,
    rows: Vec<usize>,
    /// One for each unit, where the keys are names.
    names: Vec<String>,
}

impl UnitIndex {
    /// Rows with equal keys form a unit; `keys` has one for each row. Units come in the order in
    /// which their keys first occur.
    pub fn group_by<K: Eq + Hash>(keys: &[K], rows_per_unit: NonZeroUsize) -> Self {
        let mut position = HashMap::new();
        let mut units: Vec<Vec<usize>> = Vec::new();
        for (row, key) in keys.iter().enumerate() {
            let unit = *position.entry(key).or_insert(units.len());
            match units.get_mut(unit) {
                Some(rows) if rows.len() < rows_per_unit.get() => rows.push(row),
                Some(_) => {}
                None => units.push(vec![row]),
            }
        }
        let mut index = Self {
            starts: vec![0],
            rows: Vec::with_capacity(keys.len()),
            names: Vec::new(),
        };
        for rows in units {
            index.rows.extend(rows);
            index.starts.push(index.rows.len());
        }
        index
    }

    /// The same, and each unit keeps its key as its name.
    pub fn group_by_name(names: Vec<String>, rows_per_unit: NonZeroUsize) -> Self {
        let mut index = Self::group_by(&names, rows_per_unit);
        let first = index
            .starts
            .iter()
            .filter_map(|&start| index.rows.get(start));
        index.names = first.filter_map(|&row| names.get(row).cloned()).collect();
        index
    }

    /// What a unit is called in its column, as a user by an identifier: it does not depend on other
    /// units, as the unit's number does. `None` where there is no such unit or the keys were no
    /// names.
    pub fn name(&self, unit: usize) -> Option<&str> {
        self.names.get(unit).map(String::as_str)
    }

    /// Number of units.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there is no unit.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows of a unit, ascending; `None` where there is no such unit.
    pub fn rows(&self, unit: usize) -> Option<&[usize]> {
        let (start, end) = (self.starts.get(unit)?, self.starts.get(unit + 1)?);
        self.rows.get(*start..*end)
    }
}

/// Says nothing of the lists: they may be private.
impl std::fmt::Debug for UnitIndex {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("UnitIndex").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_most(rows: usize) -> NonZeroUsize {
        NonZeroUsize::new(rows).unwrap()
    }

    #[test]
    fn rows_with_equal_keys_form_a_unit() {
        let index = UnitIndex::group_by(&["b", "a", "b", "c", "a"], at_most(9));
        assert_eq!(index.len(), 3);
        let units: Vec<_> = (0..4).map(|unit| index.rows(unit)).collect();
        let expected = [Some(&[0, 2][..]), Some(&[1, 4]), Some(&[3]), None];
        assert_eq!(units, expected);
        assert!(UnitIndex::group_by::<u8>(&[], at_most(1)).is_empty());
        assert!(
            UnitIndex::group_by::<u8>(&[], at_most(1))
                .rows(usize::MAX - 1)
                .is_none()
        );
    }

    #[test]
    fn a_unit_keeps_its_first_rows() {
        let index = UnitIndex::group_by(&[1, 1, 2, 1, 2], at_most(2));
        assert_eq!(index.rows(0), Some(&[0, 1][..]));
        assert_eq!(index.rows(1), Some(&[2, 4][..]));
    }

    #[test]
    fn names_stay_with_their_units() {
        let names = ["b", "a", "b", "c", "a"].map(str::to_owned).to_vec();
        let index = UnitIndex::group_by_name(names, at_most(1));
        let found: Vec<_> = (0..4).map(|unit| index.name(unit)).collect();
        assert_eq!(found, [Some("b"), Some("a"), Some("c"), None]);
        assert_eq!(index.rows(2), Some(&[3][..]));
        assert_eq!(UnitIndex::group_by(&["b"], at_most(1)).name(0), None);
    }

    /// Removing a unit's rows leaves every other list as it was, up to the numbering of rows.
    #[test]
    fn units_do_not_depend_on_each_other() {
        let keys = [3, 1, 3, 2, 1, 1, 2, 3];
        let whole = UnitIndex::group_by(&keys, at_most(2));
        let kept: Vec<usize> = (0..keys.len()).filter(|&row| keys[row] != 1).collect();
        let fewer: Vec<i32> = kept.iter().map(|&row| keys[row]).collect();
        let fewer = UnitIndex::group_by(&fewer, at_most(2));
        let original = |unit| -> Vec<usize> {
            fewer
                .rows(unit)
                .unwrap()
                .iter()
                .map(|&row| kept[row])
                .collect()
        };
        assert_eq!(original(0), whole.rows(0).unwrap());
        assert_eq!(original(1), whole.rows(2).unwrap());
    }

    #[test]
    fn debug_output_shows_no_list() {
        let index = UnitIndex::group_by(&[7, 7, 7], at_most(3));
        assert_eq!(format!("{index:?}"), "UnitIndex { .. }");
    }

    #[test]
    fn the_maximum_may_be_left_out() {
        let column: UnitColumn = toml::from_str("column = \"who\"").unwrap();
        assert_eq!(column.maximum_records, None);
        let column: UnitColumn = toml::from_str("column = \"who\"\nmaximum_records = 2").unwrap();
        assert_eq!(column.maximum_records, NonZeroUsize::new(2));
        assert!(toml::from_str::<UnitColumn>("column = \"who\"\nmaximum_records = 0").is_err());
    }
}
