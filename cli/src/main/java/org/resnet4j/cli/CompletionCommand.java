package org.resnet4j.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code resnet4j completion}. */
@Command(
    name = "completion",
    description = "Print a script that completes commands and options in bash and zsh.",
    footer = {
      "",
      "Examples:",
      "  source <(resnet4j completion)                 for this shell",
      "  resnet4j completion > ~/.resnet4j-completion  for ~/.bashrc to source"
    })
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class CompletionCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    CommandLine root = spec.root().commandLine();
    spec.commandLine().getOut().print(AutoComplete.bash("resnet4j", root));
    spec.commandLine().getOut().flush();
    return ExitCodes.OK;
  }
}
