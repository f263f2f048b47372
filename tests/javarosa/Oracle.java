import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.*;
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;
import org.javarosa.core.model.*;
import org.javarosa.core.model.condition.EvaluationContext;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.instance.*;
import org.javarosa.core.reference.*;
import org.javarosa.core.services.PrototypeManager;
import org.javarosa.core.util.JavaRosaCoreModule;
import org.javarosa.form.api.*;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.test.Scenario;
import org.javarosa.xform.util.*;
import org.javarosa.xpath.XPathParseTool;
import org.javarosa.xpath.expr.XPathFuncExpr;

/** JavaRosa, asked line by line: a JSON array of strings in, a JSON object out. "us" is the time JavaRosa itself took. */
public class Oracle {
    static final ObjectMapper JSON = new ObjectMapper();
    static final XFormAnswerDataSerializer TEXT = new XFormAnswerDataSerializer();
    static Scenario scenario;
    static FormDef form;
    static Map<String, QuestionDef> questions = new HashMap<>();
    static Map<String, FormIndex> indices = new HashMap<>();

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        System.setOut(System.err); // JavaRosa prints its warnings to standard output
        new XFormsModule().registerModule();
        PrototypeManager.registerPrototypes(JavaRosaCoreModule.classNames);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            ObjectNode reply = JSON.createObjectNode();
            long start = System.nanoTime();
            try {
                List<String> words = new ArrayList<>();
                JSON.readTree(line).forEach(word -> words.add(word.asText()));
                obey(words.get(0), words.size() > 1 ? words.get(1) : "", words.size() > 2 ? words.get(2) : "", reply);
            } catch (StackOverflowError | Exception error) {
                reply.put("error", error.getClass().getSimpleName() + ": " + error.getMessage());
            }
            reply.put("us", (System.nanoTime() - start) / 1000);
            out.println(JSON.writeValueAsString(reply));
            if (!in.ready()) out.flush();
        }
    }

    static void obey(String verb, String path, String value, ObjectNode reply) throws Exception {
        switch (verb) {
            case "LOAD" -> load(path, value);
            case "NEW" -> { indices.clear(); scenario.newInstance(); }
            case "SET" -> reply.put("result", set(path, value));
            case "ADD" -> add(path);
            case "DEL" -> remove(path);
            case "WALK" -> walk(); // to the end, as an interviewer does: counted repeats are made on the way
            case "CHOICES" -> choices(prompt(path), reply.putArray("choices"));
            case "LANG" -> scenario.setLanguage(path);
            case "LABEL" -> reply.put("label", prompt(path).getLongText()).put("hint", prompt(path).getHelpText());
            case "EVAL" -> evaluate(path, value, reply);
            case "DUMP" -> dump(form.getMainInstance().getRoot(), "/" + form.getMainInstance().getRoot().getName(), reply.putArray("nodes"));
            case "MEMORY" -> { System.gc(); reply.put("bytes", Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()); }
            default -> throw new IllegalArgumentException(verb);
        }
    }

    /** xml: the form. media: folder of the files that it names (jr://file-csv/x.csv). */
    static void load(String xml, String media) throws Exception {
        ReferenceManager.instance().reset();
        ReferenceManager.instance().addReferenceFactory(new Media(media));
        form = XFormUtils.getFormFromInputStream(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
        scenario = Scenario.init(form);
        questions.clear();
        indices.clear();
        collect(form);
    }

    static void collect(IFormElement parent) {
        for (IFormElement child : parent.getChildren() == null ? List.<IFormElement>of() : parent.getChildren()) {
            if (child instanceof QuestionDef) {
                questions.put(((TreeReference) child.getBind().getReference()).genericize().toString(false), (QuestionDef) child);
            }
            collect(child);
        }
    }

    static TreeReference place(String path) {
        TreeReference found = scenario.expandSingle(Scenario.getRef(path));
        if (found == null || form.getMainInstance().resolveReference(found) == null) {
            throw new IllegalArgumentException("there is no " + path);
        }
        return found;
    }

    /** What FormEntryController.answerQuestion does: required, then constraint, then the value and all that follows from it. */
    static String set(String path, String value) {
        TreeReference place = place(path);
        TreeElement node = form.getMainInstance().resolveReference(place);
        QuestionDef question = questions.get(place.genericize().toString(false));
        IAnswerData data = value.isEmpty() ? null : XFormAnswerDataParser.getAnswerData(value, node.getDataType(), question);
        if (data == null && !value.isEmpty()) return "unreadable";
        if (node.isRequired() && data == null) return "required";
        if (!form.evaluateConstraint(place, data)) return "constraint";
        if (data != null || node.getValue() != null) form.setValue(data, place, node, true);
        return "ok";
    }

    static void add(String path) {
        int last = path.lastIndexOf('/');
        indices.clear();
        scenario.createNewRepeat(place(path.substring(0, last)).toString(true) + path.substring(last));
    }

    /** Through an index of a question right in the instance: one deeper could belong to a repeat within. */
    static void remove(String path) {
        indices.clear();
        TreeElement instance = form.getMainInstance().resolveReference(place(path));
        for (int child = 0; child < instance.getNumChildren(); child++) {
            String inner = path + "/" + instance.getChildAt(child).getName();
            if (questions.containsKey(Scenario.getRef(inner).genericize().toString(false)) && scenario.indexOf(inner) != null) {
                form.deleteRepeat(scenario.indexOf(inner));
                return;
            }
        }
        throw new IllegalArgumentException("no question right in " + path);
    }

    static void walk() {
        scenario.jumpToBeginningOfForm();
        while (!scenario.atTheEndOfForm()) scenario.next();
    }

    static FormEntryPrompt prompt(String path) {
        FormIndex index = indices.computeIfAbsent(path, key -> scenario.indexOf(key));
        return new FormEntryModel(form).getQuestionPrompt(index);
    }

    static void choices(FormEntryPrompt prompt, ArrayNode out) throws Exception {
        if (prompt.getQuestion().getDynamicChoices() != null) { // it remembers lists by stored values, also of questions not relevant now
            java.lang.reflect.Field remembered = ItemsetBinding.class.getDeclaredField("cachedFilteredChoiceList");
            remembered.setAccessible(true);
            remembered.set(prompt.getQuestion().getDynamicChoices(), null);
        }
        for (SelectChoice choice : prompt.getSelectChoices()) {
            out.addArray().add(choice.getValue()).add(prompt.getSelectChoiceText(choice));
        }
    }

    static void evaluate(String expression, String path, ObjectNode reply) throws Exception {
        EvaluationContext context = new EvaluationContext(form.getEvaluationContext(), place(path));
        Object value = XPathFuncExpr.unpack(XPathParseTool.parseXPath(expression).eval(form.getMainInstance(), context));
        reply.put("type", value.getClass().getSimpleName()).put("value", XPathFuncExpr.toString(value));
    }

    static void dump(TreeElement parent, String above, ArrayNode out) {
        for (int place = 0; place < parent.getNumChildren(); place++) {
            TreeElement node = parent.getChildAt(place);
            if (node.getMult() == TreeReference.INDEX_TEMPLATE) {
                continue;
            }
            String path = above + "/" + node.getName() + (node.isRepeatable() ? "[" + (node.getMult() + 1) + "]" : "");
            Object value = node.getValue() == null ? "" : TEXT.serializeAnswerData(node.getValue(), node.getDataType());
            out.addArray().add(path).add(String.valueOf(value)).add(node.isRelevant()).add(node.isRequired()).add(!node.isEnabled());
            dump(node, path, out);
        }
    }

    /** Finds jr://anything/name in one folder. */
    static class Media extends PrefixedRootFactory {
        final String folder;

        Media(String folder) {
            super(new String[] {"file", "file-csv", "images", "audio", "video", "instance"});
            this.folder = folder;
        }

        protected Reference factory(String terminal, String uri) {
            Path file = Path.of(folder, new File(terminal).getName());
            return (Reference) java.lang.reflect.Proxy.newProxyInstance(Oracle.class.getClassLoader(), new Class<?>[] {Reference.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getURI" -> uri;
                    case "getLocalURI" -> file.toString();
                    case "getStream" -> Files.newInputStream(file);
                    case "doesBinaryExist" -> Files.exists(file);
                    case "probeAlternativeReferences" -> new Reference[0];
                    default -> throw new UnsupportedOperationException(method.getName());
                });
        }
    }
}
