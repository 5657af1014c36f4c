package org.resnet4j.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code resnet4j help}; unlike picocli's own it has the options that all commands have. */
@Command(
    name = "help",
    description = "Show all commands, or all about one.",
    footer = {"", "Examples:", "  resnet4j help", "  resnet4j help train"})
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class HelpCommand implements Callable<Integer> {
  @Parameters(arity = "0..1", paramLabel = "COMMAND", description = "The command to explain.")
  private @Nullable String name;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    CommandLine root = spec.root().commandLine();
    CommandLine explained = name == null ? root : root.getSubcommands().get(name);
    if (explained == null) {
      throw unknown(root, String.valueOf(name));
    }
    explained.usage(spec.commandLine().getOut());
    return ExitCodes.OK;
  }

  private static ParameterException unknown(CommandLine root, String name) {
    List<String> close = new UnmatchedArgumentException(root, List.of(name)).getSuggestions();
    String hint = close.isEmpty() ? "" : "; did you mean " + close.get(0) + "?";
    return new ParameterException(root, "no command is called \"" + name + "\"" + hint);
  }
}
