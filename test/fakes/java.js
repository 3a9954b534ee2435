console.error(`openjdk version "${process.env.JAVA_VERSION ?? "17.0.1"}"`);
