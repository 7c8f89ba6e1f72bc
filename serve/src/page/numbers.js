// A list of numbers.
const makeForm = (spec, changed) => {
  "use strict";
  const field = document.getElementById("numbers");
  field.addEventListener("change", changed);
  return {
    row: () => {
      const words = field.value.split(/[\s,;]+/).filter((word) => word !== "");
      if (words.length === 0) return null;
      const values = words.map(Number);
      const wrong = values.findIndex((value) => !Number.isFinite(value));
      if (wrong >= 0) throw new Error(`The ${wrong + 1}. of these is no number.`);
      if (values.length !== spec.count) throw new Error(`These are ${values.length} numbers; the model takes ${spec.count}.`);
      return values;
    },
  };
};
