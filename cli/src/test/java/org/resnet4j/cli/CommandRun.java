package org.resnet4j.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One command line that was executed in this process. */
record CommandRun(int status, String out, String err) {
  static CommandRun of(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status =
        Main.commandLine(new PrintWriter(out, true), new PrintWriter(err, true)).execute(arguments);
    return new CommandRun(status, out.toString(), err.toString());
  }

  /** All of standard output as one document; fails if there is anything else. */
  JsonNode document() {
    return JsonMapper.shared().readTree(out);
  }
}
