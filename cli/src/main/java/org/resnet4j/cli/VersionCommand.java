package org.resnet4j.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code resnet4j version}. */
@Command(
    name = "version",
    description = "Show the versions of program, Java, system and native engine.",
    footer = {"", "Example:", "  resnet4j version"})
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class VersionCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    for (String line : new Version().getVersion()) {
      spec.commandLine().getOut().println(line);
    }
    return ExitCodes.OK;
  }
}
