// A record: one input or choice for each field.
const makeForm = (spec, changed) => {
  "use strict";
  const inputs = [...document.querySelectorAll("[data-name]")];
  // Wide ranges are amounts, most of which are small.
  const start = ({ min, max }) => {
    const half = min + (max - min) / 2;
    if (max - min > 1000) return min;
    return max - min > 10 ? Math.round(half) : half;
  };
  inputs.forEach((input, position) => {
    if (spec.fields[position].kind === "number") input.value = start(spec.fields[position]);
    input.addEventListener("change", changed);
  });
  return {
    row: () => {
      const fields = inputs.map((input, position) => {
        const { name, kind } = spec.fields[position];
        const missing = kind === "number" && (input.value.trim() === "" || !Number.isFinite(Number(input.value)));
        input.setAttribute("aria-invalid", String(missing));
        if (missing) {
          input.focus();
          throw new Error(`${name}: give a number.`);
        }
        return [name, kind === "number" ? Number(input.value) : input.value];
      });
      return Object.fromEntries(fields);
    },
  };
};
