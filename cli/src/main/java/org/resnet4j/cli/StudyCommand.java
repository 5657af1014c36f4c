package org.resnet4j.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code resnet4j study EXPERIMENT}. */
@Command(
    name = "study",
    description = "Run an experiment: why residual networks work, on your data.",
    subcommands = {
      StudyDegradationCommand.class,
      StudyConstructionCommand.class,
      StudySignalsCommand.class
    },
    synopsisSubcommandLabel = "EXPERIMENT",
    commandListHeading = "%nExperiments:%n",
    footer = {
      "",
      "Examples:",
      "  resnet4j study degradation",
      "  resnet4j study signals",
      "  resnet4j help study degradation"
    })
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class StudyCommand implements Runnable {
  @ParentCommand private Main main;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "say which experiment, e.g. resnet4j study degradation");
  }

  Main main() {
    return main;
  }
}
