const { note, put } = require(`${process.env.FAKES}/common.js`);

note("tsc");
put("src/dist/cli/main.js");
