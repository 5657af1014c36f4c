package org.resnet4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.resnet4j.weights.Pickles.START;
import static org.resnet4j.weights.Pickles.text;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Python names that run code, in every operation that could reach one. */
class DangerousGlobalsTest {
  private static final String CANARY = "canary";

  static final List<String> NAMES =
      List.of(
          "os.system",
          "os.popen",
          "os.execv",
          "os.remove",
          "posix.system",
          "posix.popen",
          "nt.system",
          "builtins.eval",
          "builtins.exec",
          "builtins.compile",
          "builtins.getattr",
          "builtins.setattr",
          "builtins.__import__",
          "builtins.open",
          "builtins.globals",
          "__builtin__.eval",
          "__builtin__.getattr",
          "subprocess.Popen",
          "subprocess.call",
          "subprocess.check_output",
          "commands.getoutput",
          "runpy.run_path",
          "runpy._run_code",
          "importlib.import_module",
          "pickle.loads",
          "shutil.rmtree",
          "socket.socket",
          "ctypes.CDLL",
          "code.interact",
          "pdb.run",
          "timeit.timeit",
          "webbrowser.open",
          "torch.hub.load",
          "torch.jit.load",
          "torch.load",
          "numpy.load",
          "numpy.testing._private.utils.runstring",
          "numpy.core.multiarray._reconstruct",
          "collections.OrderedDict.__init__.__globals__",
          "torch.serialization.os.system",
          "os.system\0",
          "\u043es.system",
          "collections.OrderedDict ",
          ".",
          "java.lang.Runtime");

  @TempDir private Path folder;

  /** How a pickle asks for a name, each with a command as the argument where there is one. */
  private interface Carrier {
    String pickle(String module, String name, String command);
  }

  static final Map<String, Carrier> CARRIERS = new LinkedHashMap<>();

  static {
    CARRIERS.put("GLOBAL", (m, n, c) -> global(m, n) + ".");
    CARRIERS.put("GLOBAL, REDUCE", (m, n, c) -> global(m, n) + text(c) + "\205R.");
    CARRIERS.put("GLOBAL, BUILD", (m, n, c) -> global(m, n) + "}" + text("x") + text(c) + "sb.");
    CARRIERS.put("GLOBAL, NEWOBJ", (m, n, c) -> global(m, n) + text(c) + "\205\201.");
    CARRIERS.put("GLOBAL, NEWOBJ_EX", (m, n, c) -> global(m, n) + text(c) + "\205}\222.");
    CARRIERS.put("GLOBAL with a dotted name", (m, n, c) -> "c" + m + "." + n + "\nx\n)R.");
    CARRIERS.put("STACK_GLOBAL", (m, n, c) -> text(m) + text(n) + "\223" + text(c) + "\205R.");
    CARRIERS.put("INST", (m, n, c) -> "(" + text(c) + "i" + latin(m) + "\n" + latin(n) + "\n.");
    CARRIERS.put("OBJ", (m, n, c) -> "(" + global(m, n) + text(c) + "o.");
    CARRIERS.put("REDUCE of a text", (m, n, c) -> text(m + "." + n) + text(c) + "\205R.");
    CARRIERS.put("EXT1", (m, n, c) -> text(m + n) + "\202\1" + text(c) + "\205R.");
    CARRIERS.put("EXT2", (m, n, c) -> text(m + n) + "\203\1\0" + text(c) + "\205R.");
    CARRIERS.put("EXT4", (m, n, c) -> text(m + n) + "\204\1\0\0\0" + text(c) + "\205R.");
    CARRIERS.put("PERSID", (m, n, c) -> "P" + latin(m) + "." + latin(n) + "\n.");
    CARRIERS.put("BINPERSID", (m, n, c) -> "(" + text("module") + global(m, n) + text(c) + "NtQ.");
    CARRIERS.put(
        "BINPERSID of a storage",
        (m, n, c) -> "(" + text("storage") + global(m, n) + text("0") + text("cpu") + "K\6tQ.");
  }

  static byte[] file(String carrier, String dotted, String command) {
    int dot = dotted.lastIndexOf('.');
    String pickle =
        CARRIERS.get(carrier).pickle(dotted.substring(0, dot), dotted.substring(dot + 1), command);
    return Pickles.zip(START + pickle);
  }

  @Test
  void are_refused_without_a_trace() throws Exception {
    Path canary = folder.resolve(CANARY);
    Path file = folder.resolve("bad.pth");
    Spy spy = new Spy();
    Method load = spy.loadClass(Weights.class.getName()).getMethod("load", Path.class);
    // The first round loads what the reader itself is made of, and what reflection needs.
    for (int round = 0; round < 2; round++) {
      spy.asked.clear();
      for (String carrier : CARRIERS.keySet()) {
        for (String name : NAMES) {
          refuse(load, Files.write(file, file(carrier, name, "touch " + canary)));
        }
      }
      assertThat(spy.asked).noneMatch(DangerousGlobalsTest::dangerous);
    }
    assertThat(spy.asked).as("classes asked for").isEmpty();
    assertThat(canary).doesNotExist();
    assertThat(folder).isDirectoryNotContaining(found -> !found.equals(file));
  }

  @Test
  void are_refused_in_the_old_format_too() throws IOException {
    Path file = folder.resolve("bad.pth");
    for (String name : NAMES) {
      int dot = name.lastIndexOf('.');
      String pickle = START + global(name.substring(0, dot), name.substring(dot + 1)) + ")R.";
      Files.write(file, Pickles.legacy(pickle, Pickles.storages(1)));
      assertThat(HostileFiles.outcome(file)).contains("asks Python for ");
    }
  }

  private static boolean dangerous(String type) {
    return NAMES.stream().anyMatch(name -> type.endsWith(name) || name.startsWith(type));
  }

  private static void refuse(Method load, Path file) throws IllegalAccessException {
    try {
      load.invoke(null, file);
      throw new AssertionError(file + " was read");
    } catch (InvocationTargetException e) {
      assertThat(e.getCause().getClass().getName()).isEqualTo(WeightsException.class.getName());
    }
  }

  private static String global(String module, String name) {
    return "c" + latin(module) + "\n" + latin(name) + "\n";
  }

  /** The text's UTF-8 bytes as characters. */
  private static String latin(String text) {
    return text(text).substring(5);
  }

  /** Loads the package anew and notes every class that it asks for. */
  private static final class Spy extends ClassLoader {
    private final List<String> asked = new ArrayList<>();

    Spy() {
      super(Spy.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      asked.add(name);
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null || !name.startsWith(Weights.class.getPackageName() + ".")) {
        return loaded != null ? loaded : super.loadClass(name, resolve);
      }
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }
}
