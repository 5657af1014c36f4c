package org.resnet4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.resnet4j.study.Comparison;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code resnet4j compare RUN RUN}. */
@Command(
    name = "compare",
    description = {
      "Say whether one recipe is shown to be better than another.",
      "Runs with the same seed or fold are compared with each other."
    },
    footer = {
      "",
      "Examples:",
      "  resnet4j compare runs/seeds-paper runs/seeds-fast",
      "  resnet4j compare runs/first runs/second --json"
    })
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class CompareCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "RUN",
      description = "Run folder, or a folder of train --seeds or --folds.")
  private Path first;

  @Parameters(index = "1", paramLabel = "RUN", description = "Another, on the same data.")
  private Path second;

  @Mixin private Json json;

  @ParentCommand private Main main;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    CompareResult result = CompareResult.of(Comparison.compare(first, second));
    if (json.wanted()) {
      Json.print(out, result);
    } else {
      result.print(out, main.terminal());
    }
    return ExitCodes.OK;
  }
}
