//! Runs that cost the same are one curve.

use crate::numbers;
use crate::run::Run;

/// Private runs with the same events under the same relation.
#[derive(Clone, Debug)]
pub struct Course<'a> {
    /// What it is called.
    pub label: String,
    /// The first of them.
    pub run: &'a Run,
    /// How many there are.
    pub runs: usize,
}

/// The private runs, those that cost the same together, in their order.
#[must_use]
pub fn courses(runs: &[Run]) -> Vec<Course<'_>> {
    let mut courses: Vec<Course<'_>> = Vec::new();
    for run in runs.iter().filter(|run| run.is_private()) {
        let same = |course: &&mut Course<'_>| {
            let (a, b) = (&course.run.privacy, &run.privacy);
            course.run.result.method == run.result.method
                && (a.epsilon, a.delta) == (b.epsilon, b.delta)
                && a.neighboring_relation == b.neighboring_relation
                && a.events == b.events
        };
        match courses.iter_mut().find(same) {
            Some(course) => course.runs += 1,
            None => courses.push(Course {
                label: String::new(),
                run,
                runs: 1,
            }),
        }
    }
    for course in &mut courses {
        let epsilon = course.run.privacy.epsilon.map(numbers::epsilon);
        let epsilon = epsilon.unwrap_or_default();
        course.label = match course.runs {
            1 => format!("{} (epsilon {epsilon})", course.run.name),
            count => format!("{}, epsilon {epsilon} ({count} runs)", course.run.method()),
        };
    }
    courses
}
