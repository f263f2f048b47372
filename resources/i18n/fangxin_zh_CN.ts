<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>Actions</name>
    <message>
        <source>Caller</source>
        <translation>来电回拨</translation>
    </message>
    <message>
        <source>A resident calls the centre: find his case by his number and call back at once</source>
        <translation>受访者来电：按来电号码查找样本，立即回拨</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Take the step on the large button; store what is typed</source>
        <translation>执行页面上的主按钮，或保存已输入的内容</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>按键帮助</translation>
    </message>
    <message>
        <source>Probe</source>
        <translation>追问</translation>
    </message>
    <message>
        <source>Show the next neutral probe to read aloud; its use goes on record</source>
        <translation>显示下一句中性追问，照着念；每次追问都有记录</translation>
    </message>
    <message>
        <source>Vague</source>
        <translation>含糊</translation>
    </message>
    <message>
        <source>A vague word was said: first a probe; pressed again, the code that the study has fixed</source>
        <translation>对方只说了含糊的话：先追问一次；仍含糊，再按一次，按方案规定的代码登记</translation>
    </message>
    <message>
        <source>Go to</source>
        <translation>跳转</translation>
    </message>
    <message>
        <source>Go to a question that was answered; F3 again or Esc closes the list</source>
        <translation>跳到已答过的题；再按 F3 或 Esc 收起列表</translation>
    </message>
    <message>
        <source>Hang up</source>
        <translation>挂断</translation>
    </message>
    <message>
        <source>End the call; during the interview press it twice</source>
        <translation>结束通话；访问进行中须连按两次</translation>
    </message>
    <message>
        <source>Mute</source>
        <translation>静音</translation>
    </message>
    <message>
        <source>The respondent does not hear you until you press it again; the recording runs on</source>
        <translation>受访者听不到您说话，再按一次恢复；录音照常进行</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>拒答</translation>
    </message>
    <message>
        <source>The respondent does not want to answer this question</source>
        <translation>受访者不愿回答本题</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>上一题</translation>
    </message>
    <message>
        <source>Correct outcome</source>
        <translation>更正结果</translation>
    </message>
    <message>
        <source>Put the outcome of your last call right; again: of the call before</source>
        <translation>更正上一通电话的拨打结果；再按一次，更正再前一通的</translation>
    </message>
    <message>
        <source>One question back; Enter keeps its answer</source>
        <translation>退回上一题；按回车保留原答案</translation>
    </message>
    <message>
        <source>Show this list; again: its next part, or hide it</source>
        <translation>打开本列表；再按翻页或收起</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Remove this person or entry from the list; asks first</source>
        <translation>把这一位（这一组）删掉，删前会再问一次</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Write a remark for the supervisor; no names in it</source>
        <translation>给督导写备注，不要写人名</translation>
    </message>
    <message>
        <source>Write the reason for the correction; no names in it</source>
        <translation>写明更正原因，不要写人名</translation>
    </message>
    <message>
        <source>Don’t know</source>
        <translation>不清楚</translation>
    </message>
    <message>
        <source>The respondent does not know or cannot say</source>
        <translation>受访者不了解或说不清</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>查找</translation>
    </message>
    <message>
        <source>Find an outcome by a word</source>
        <translation>按文字查找拨打结果</translation>
    </message>
    <message>
        <source>Interview: {language}</source>
        <translation>访问：{language}</translation>
    </message>
    <message>
        <source>Ask in the other language from here on</source>
        <translation>从现在起改用另一种语言访问</translation>
    </message>
    <message>
        <source>Window: {language}</source>
        <translation>界面：{language}</translation>
    </message>
    <message>
        <source>Show the window in the other language; the interview is not touched</source>
        <translation>切换界面语言，不影响访问</translation>
    </message>
    <message>
        <source>Light or dark</source>
        <translation>浅色/深色</translation>
    </message>
    <message>
        <source>Switch between light and dark colours</source>
        <translation>切换浅色、深色界面</translation>
    </message>
    <message>
        <source>Team lead</source>
        <translation>督导</translation>
    </message>
    <message>
        <source>Field report and sample design, for the team lead who has signed in</source>
        <translation>外呼进度和抽样设计，仅限督导登录后使用</translation>
    </message>
    <message>
        <source>Sign out</source>
        <translation>签退</translation>
    </message>
    <message>
        <source>End the shift</source>
        <translation>本班结束，签退</translation>
    </message>
    <message>
        <source>Unmute</source>
        <translation>取消静音</translation>
    </message>
    <message>
        <source>The call before</source>
        <translation>再前一通</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>更正原因</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>回车</translation>
    </message>
    <message>
        <source>Hear again</source>
        <translation>重听</translation>
    </message>
    <message>
        <source>Play the last five seconds of what the line said</source>
        <translation>重听线路里最后 5 秒的声音</translation>
    </message>
    <message>
        <source>Answered</source>
        <translation>已接通</translation>
    </message>
    <message>
        <source>You hear a person: this line cannot tell it by itself</source>
        <translation>听到对方说话时按此键：这条线路不会自动报接通</translation>
    </message>
    <message>
        <source>Pause dialling</source>
        <translation>暂停自动拨号</translation>
    </message>
    <message>
        <source>After this case dial the next one by itself, or wait for Enter</source>
        <translation>登记结果后自动拨下一个样本，或等您按回车</translation>
    </message>
    <message>
        <source>Dial on by itself</source>
        <translation>恢复自动拨号</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>空格</translation>
    </message>
</context>
<context>
    <name>CallBackPanel</name>
    <message>
        <source>Enter looks for the case · Esc closes</source>
        <translation>回车查找样本 · Esc 关闭</translation>
    </message>
    <message>
        <source>Number of the caller</source>
        <translation>来电号码</translation>
    </message>
</context>
<context>
    <name>Caption</name>
    <message>
        <source>Practice resident</source>
        <translation>模拟受访者</translation>
    </message>
    <message>
        <source>“{words}”</source>
        <translation>“{words}”</translation>
    </message>
    <message>
        <source>is listening …</source>
        <translation>正在听…</translation>
    </message>
</context>
<context>
    <name>CasePage</name>
    <message>
        <source>Mobile number, whole city</source>
        <translation>手机号（全市）</translation>
    </message>
    <message>
        <source>Number {number}</source>
        <translation>号码 {number}</translation>
    </message>
    <message>
        <source>Attempts so far: {attempts}</source>
        <translation>已拨 {attempts} 次</translation>
    </message>
    <message>
        <source>First attempt</source>
        <translation>首次拨打</translation>
    </message>
    <message>
        <source>Interview broken off earlier: it goes on where it stopped</source>
        <translation>上次访问中断，接通后从中断的题目继续</translation>
    </message>
    <message>
        <source>Interview broken off at another desk: it begins anew here. Say so first, and excuse the repetition.</source>
        <translation>此样本在其他工作站访问中断，这里需从头问起；接通后请先说明，并为重复提问致歉</translation>
    </message>
    <message>
        <source>Dial   Enter</source>
        <translation>拨号&#x3000;回车</translation>
    </message>
    <message>
        <source>Dial</source>
        <translation>拨号</translation>
    </message>
    <message>
        <source>Tell your supervisor. Dial again only when the fault is put right.</source>
        <translation>请告知督导。故障排除后再重新拨号。</translation>
    </message>
    <message>
        <source>Tell your supervisor. Dial only when that is cleared up.</source>
        <translation>请告知督导。查清之前不要拨号。</translation>
    </message>
    <message>
        <source>Dial again   Enter</source>
        <translation>重新拨号&#x3000;回车</translation>
    </message>
    <message>
        <source>Dial again</source>
        <translation>重新拨号</translation>
    </message>
</context>
<context>
    <name>ChoiceInput</name>
    <message>
        <source>Answer options</source>
        <translation>选项</translation>
    </message>
    <message>
        <source>Chosen option</source>
        <translation>已选项</translation>
    </message>
    <message>
        <source>Do not read the options</source>
        <translation>选项不读</translation>
    </message>
    <message>
        <source>No option is offered here. F7 goes back to the answers before, F8 writes a note.</source>
        <translation>这里没有可选的选项。按 F7 回头核对前面的回答，按 F8 写备注。</translation>
    </message>
    <message>
        <source>No option is offered here. Enter goes on, F7 goes back to the answers before.</source>
        <translation>这里没有可选的选项。按回车继续，或按 F7 回头核对前面的回答。</translation>
    </message>
</context>
<context>
    <name>CodeInput</name>
    <message>
        <source>Don’t know</source>
        <translation>不清楚</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>拒答</translation>
    </message>
</context>
<context>
    <name>Crash</name>
    <message>
        <source>A call that is on is being ended. Everything acknowledged is saved. Copy the report for IT, then start again.</source>
        <translation>如有通话，系统会自动挂断。已录入的内容均已保存。请复制报告交给技术人员，然后重新打开程序。</translation>
    </message>
    <message>
        <source>Fangxin has met a fault of its own</source>
        <translation>程序出错了</translation>
    </message>
    <message>
        <source>Log: {path}</source>
        <translation>日志：{path}</translation>
    </message>
</context>
<context>
    <name>DecimalInput</name>
    <message>
        <source>From {low} to {high} in steps of {step}, then Enter</source>
        <translation>{low} 到 {high}，每档 {step}，输完按回车</translation>
    </message>
    <message>
        <source>Digits and a decimal point, then Enter</source>
        <translation>输入数字，可带小数点，输完按回车</translation>
    </message>
</context>
<context>
    <name>DesignPage</name>
    <message>
        <source>Design</source>
        <translation>设计参数</translation>
    </message>
    <message>
        <source>Own targets</source>
        <translation>单独设定目标</translation>
    </message>
    <message>
        <source>Empty: as above. Small units need many contacts, so they often get a smaller one.</source>
        <translation>不填则同上。人口少的区县要接触很多人才凑得够，目标通常定得低一些。</translation>
    </message>
    <message>
        <source>Interviews in each unit</source>
        <translation>每个区县完成份数</translation>
    </message>
    <message>
        <source>Spread of respondents’ index, points</source>
        <translation>受访者指数标准差（分）</translation>
    </message>
    <message>
        <source>Design effect</source>
        <translation>设计效应</translation>
    </message>
    <message>
        <source>Dials for one complete interview</source>
        <translation>每完成一份需拨打次数</translation>
    </message>
    <message>
        <source>Target of {unit}</source>
        <translation>{unit}的目标份数</translation>
    </message>
    <message>
        <source>No study is known yet: start with an archive or with a study folder.</source>
        <translation>还没有指定项目。启动时请给出档案目录或项目文件夹。</translation>
    </message>
    <message>
        <source>Interviews are whole numbers from 1, the other figures numbers above 0.</source>
        <translation>完成份数须为 1 以上的整数，其他参数须大于 0。</translation>
    </message>
    <message>
        <source>Interviews in all</source>
        <translation>完成份数合计</translation>
    </message>
    <message>
        <source>{n} units</source>
        <translation>{n} 个区县</translation>
    </message>
    <message>
        <source>Dials expected</source>
        <translation>预计拨打次数</translation>
    </message>
    <message>
        <source>at least {n} numbers</source>
        <translation>至少需要 {n} 个号码</translation>
    </message>
    <message>
        <source>Numbers in the frame</source>
        <translation>抽样框号码数</translation>
    </message>
    <message>
        <source>not known here</source>
        <translation>此处未知</translation>
    </message>
    <message>
        <source>as the study’s frame tables have</source>
        <translation>按项目的号段表</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>区县</translation>
    </message>
    <message>
        <source>Share</source>
        <translation>人口占比</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>目标份数</translation>
    </message>
    <message>
        <source>Eligible contacts</source>
        <translation>合格接触数</translation>
    </message>
    <message>
        <source>Dials</source>
        <translation>拨打次数</translation>
    </message>
    <message>
        <source>Index ±</source>
        <translation>指数误差 ±</translation>
    </message>
    <message>
        <source>Change seen</source>
        <translation>可辨变化</translation>
    </message>
    <message>
        <source>A mobile segment fixes the city, never the county: residents of a county are found by screening. Intervals at 95%; a change between two years that is seen with 80% power.</source>
        <translation>手机号段只能定到市，定不到县；县的居民要靠甄别问出来。误差按 95% 置信度；可辨变化指两年之间以 80% 的把握看得出的最小差距，单位为分。</translation>
    </message>
    <message>
        <source>What it costs and shows</source>
        <translation>预计工作量与精度</translation>
    </message>
</context>
<context>
    <name>DeskWindow</name>
    <message>
        <source>Fangxin · telephone interviewing desk</source>
        <translation>放心 · 电话访问工作台</translation>
    </message>
    <message>
        <source>Opening the desk …</source>
        <translation>正在打开工作台…</translation>
    </message>
</context>
<context>
    <name>DialingPage</name>
    <message>
        <source>Time since dialling</source>
        <translation>已拨时长</translation>
    </message>
    <message>
        <source>When somebody answers, the introduction comes up by itself. Let it ring for 30 seconds at least.</source>
        <translation>接通后自动显示开场白。无人接听时，至少振铃 30 秒再挂断。</translation>
    </message>
    <message>
        <source>Hang up   F5</source>
        <translation>挂断&#x3000;F5</translation>
    </message>
    <message>
        <source>Hang up</source>
        <translation>挂断</translation>
    </message>
    <message>
        <source>{outcome}   Enter</source>
        <translation>{outcome}&#x3000;回车</translation>
    </message>
    <message>
        <source>Confirm outcome</source>
        <translation>确认结果</translation>
    </message>
    <message>
        <source>Somebody answers   Space</source>
        <translation>对方已接听&#x3000;空格</translation>
    </message>
    <message>
        <source>Somebody answers</source>
        <translation>对方已接听</translation>
    </message>
    <message>
        <source>Dial this number on your telephone. Press Space as soon as you hear a person.</source>
        <translation>请在电话机上拨打此号码，一听到对方说话就按空格键。</translation>
    </message>
    <message>
        <source>This line cannot tell when somebody answers: press Space as soon as you hear a person.</source>
        <translation>这条线路不会自动报接通：一听到对方说话就按空格键。</translation>
    </message>
</context>
<context>
    <name>Face</name>
    <message>
        <source>Ending the call and sealing the recording …</source>
        <translation>正在结束通话并封存录音…</translation>
    </message>
    <message>
        <source>Closing the desk …</source>
        <translation>正在关闭工作台…</translation>
    </message>
</context>
<context>
    <name>Fault</name>
    <message>
        <source>Report</source>
        <translation>错误报告</translation>
    </message>
    <message>
        <source>Copy report</source>
        <translation>复制报告</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
</context>
<context>
    <name>FieldPage</name>
    <message>
        <source>Quotas</source>
        <translation>配额</translation>
    </message>
    <message>
        <source>Hours of today</source>
        <translation>今日按小时</translation>
    </message>
    <message>
        <source>Hour</source>
        <translation>小时</translation>
    </message>
    <message>
        <source>Days</source>
        <translation>按日</translation>
    </message>
    <message>
        <source>Day</source>
        <translation>日期</translation>
    </message>
    <message>
        <source>Slices</source>
        <translation>按时段</translation>
    </message>
    <message>
        <source>Slice</source>
        <translation>时段</translation>
    </message>
    <message>
        <source>Workstations</source>
        <translation>按工作站</translation>
    </message>
    <message>
        <source>Desk</source>
        <translation>工作站</translation>
    </message>
    <message>
        <source>Replicates</source>
        <translation>按批次</translation>
    </message>
    <message>
        <source>Replicate</source>
        <translation>批次</translation>
    </message>
    <message>
        <source>Completed today</source>
        <translation>今日完成</translation>
    </message>
    <message>
        <source>{n} dialled today</source>
        <translation>今日拨打 {n} 次</translation>
    </message>
    <message>
        <source>Completed in all</source>
        <translation>累计完成</translation>
    </message>
    <message>
        <source>{n} dialled in all</source>
        <translation>累计拨打 {n} 次</translation>
    </message>
    <message>
        <source>Response rate, RR3</source>
        <translation>回答率 RR3</translation>
    </message>
    <message>
        <source>0% is exactly as drawn</source>
        <translation>0% 为完全按抽样顺序</translation>
    </message>
    <message>
        <source>{done} of {target}</source>
        <translation>{done} / {target}</translation>
    </message>
    <message>
        <source>, {n} on the line</source>
        <translation>，访问中 {n}</translation>
    </message>
    <message>
        <source>{n} more stand in the exported page.</source>
        <translation>另有 {n} 个，见导出的网页。</translation>
    </message>
    <message>
        <source>Case</source>
        <translation>样本</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Interviewer</source>
        <translation>访问员</translation>
    </message>
    <message>
        <source>Interviewers</source>
        <translation>访问员</translation>
    </message>
</context>
<context>
    <name>HelpPanel</name>
    <message>
        <source>Keys on this page</source>
        <translation>本页按键</translation>
    </message>
    <message>
        <source>Scores: 0 and 2–9 are stored at one key. After 1 press 0 for ten points or Enter for one. No decimals: ask for a whole number.</source>
        <translation>打分：0 和 2–9 按一下即记。按 1 之后，再按 0 记 10 分，按回车记 1 分。不记小数，请追问整数分。</translation>
    </message>
</context>
<context>
    <name>IntegerInput</name>
    <message>
        <source>Number</source>
        <translation>数字</translation>
    </message>
    <message>
        <source>Digits, then Enter</source>
        <translation>输入数字，回车保存</translation>
    </message>
</context>
<context>
    <name>InterviewPage</name>
    <message>
        <source>{number} of {total}</source>
        <translation>第 {number} 题，共 {total} 题</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>{key} makes {code}</source>
        <translation>按 {key} 记 {code}</translation>
    </message>
    <message>
        <source>Enter takes {code}</source>
        <translation>按回车记 {code}</translation>
    </message>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
</context>
<context>
    <name>LeadWindow</name>
    <message>
        <source>Export the field report</source>
        <translation>导出外呼进度</translation>
    </message>
    <message>
        <source>Exported: {path}</source>
        <translation>已导出：{path}</translation>
    </message>
    <message>
        <source>Fangxin · team lead</source>
        <translation>放心 · 督导台</translation>
    </message>
    <message>
        <source>Fangxin</source>
        <translation>放心</translation>
    </message>
    <message>
        <source>PRACTICE DATA  {title}</source>
        <translation>【演练数据】{title}</translation>
    </message>
    <message>
        <source>Reading the archive …</source>
        <translation>正在读取档案…</translation>
    </message>
    <message>
        <source>Reading the archive … {share}</source>
        <translation>正在读取档案… {share}</translation>
    </message>
    <message>
        <source>Counting …</source>
        <translation>正在统计…</translation>
    </message>
    <message>
        <source>The reading was stopped. Ctrl+R reads the archive again.</source>
        <translation>已停止读取。按 Ctrl+R 重新读取档案。</translation>
    </message>
    <message>
        <source>What reads the archive has ended unexpectedly ({how}). Ctrl+R reads it again; if it ends again, memory may be short: close other programs.</source>
        <translation>读取档案的程序意外结束（{how}）。按 Ctrl+R 重新读取；如再次结束，可能是内存不足，请关闭其他程序。</translation>
    </message>
    <message>
        <source>As of {time}</source>
        <translation>截至 {time}</translation>
    </message>
    <message>
        <source>No archive is named</source>
        <translation>未指定档案目录</translation>
    </message>
    <message>
        <source>Name central’s folder, or a copy of it: {setting} in {file}, or after {command}.</source>
        <translation>请指定中心服务器的档案目录或其副本：在设置文件 {file} 里写 {setting}，或用命令 {command} 加目录启动。</translation>
    </message>
    <message>
        <source>The sample design works without it: Ctrl+2.</source>
        <translation>抽样设计不需要档案，按 Ctrl+2 即可使用。</translation>
    </message>
    <message>
        <source>The first look takes longest.</source>
        <translation>首次读取时间较长。</translation>
    </message>
    <message>
        <source>The archive has not been read</source>
        <translation>档案尚未读取</translation>
    </message>
    <message>
        <source>See above. Ctrl+R tries again.</source>
        <translation>原因见上方。按 Ctrl+R 重试。</translation>
    </message>
    <message>
        <source>Field report</source>
        <translation>外呼进度</translation>
    </message>
    <message>
        <source>Sample design</source>
        <translation>抽样设计</translation>
    </message>
    <message>
        <source>Refresh</source>
        <translation>刷新</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出网页</translation>
    </message>
    <message>
        <source>Stop reading</source>
        <translation>停止读取</translation>
    </message>
    <message>
        <source>Window: {language}</source>
        <translation>界面：{language}</translation>
    </message>
    <message>
        <source>Light or dark</source>
        <translation>浅色/深色</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>LeavingCall</name>
    <message>
        <source>A call is on</source>
        <translation>通话还没有结束</translation>
    </message>
    <message>
        <source>Closing the window ends the call and seals its recording; what was entered is kept. Say good-bye first.</source>
        <translation>现在关闭窗口会挂断电话并封存录音，已录入的答案会保留。请先向受访者致谢道别。</translation>
    </message>
    <message>
        <source>Go on with the call</source>
        <translation>继续通话</translation>
    </message>
    <message>
        <source>End the call and close</source>
        <translation>挂断并关闭</translation>
    </message>
</context>
<context>
    <name>LeavingOutcome</name>
    <message>
        <source>The last call has no outcome yet</source>
        <translation>上一通电话还没有登记结果</translation>
    </message>
    <message>
        <source>Enter its outcome first; otherwise the call goes on record as interrupted.</source>
        <translation>请先登记拨打结果，否则这通电话将按“意外中断”处理。</translation>
    </message>
    <message>
        <source>Enter the outcome</source>
        <translation>去登记结果</translation>
    </message>
    <message>
        <source>Close all the same</source>
        <translation>仍要关闭</translation>
    </message>
</context>
<context>
    <name>LongChoiceInput</name>
    <message>
        <source>Do not read the options</source>
        <translation>选项不读</translation>
    </message>
    <message>
        <source>Answer options</source>
        <translation>选项</translation>
    </message>
    <message>
        <source>Type part of the name, or the code</source>
        <translation>输入名称中的几个字，或输入编码</translation>
    </message>
    <message>
        <source>{found} of {all} · ↑ ↓ move, Enter takes the marked line</source>
        <translation>{all} 项中的 {found} 项 · ↑ ↓ 移动，回车选中</translation>
    </message>
</context>
<context>
    <name>MomentInput</name>
    <message>
        <source>Date</source>
        <translation>日期</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Date and time</source>
        <translation>日期和时间</translation>
    </message>
    <message>
        <source>Digits only: year, month, day, as in 20260503. Then Enter</source>
        <translation>只输数字：年、月、日，如 20260503，输完按回车</translation>
    </message>
    <message>
        <source>Digits only: hour and minute, as in 1430. Then Enter</source>
        <translation>只输数字：时、分，如 1430，输完按回车</translation>
    </message>
    <message>
        <source>Digits only: year, month, day, hour, minute, as in 202605031430. Then Enter</source>
        <translation>只输数字：年、月、日、时、分，如 202605031430，输完按回车</translation>
    </message>
    <message>
        <source>Monday</source>
        <translation>星期一</translation>
    </message>
    <message>
        <source>Tuesday</source>
        <translation>星期二</translation>
    </message>
    <message>
        <source>Wednesday</source>
        <translation>星期三</translation>
    </message>
    <message>
        <source>Thursday</source>
        <translation>星期四</translation>
    </message>
    <message>
        <source>Friday</source>
        <translation>星期五</translation>
    </message>
    <message>
        <source>Saturday</source>
        <translation>星期六</translation>
    </message>
    <message>
        <source>Sunday</source>
        <translation>星期日</translation>
    </message>
</context>
<context>
    <name>NoteInput</name>
    <message>
        <source>The respondent agrees, go on</source>
        <translation>对方同意，继续</translation>
    </message>
    <message>
        <source>Seen, go on</source>
        <translation>已看过，继续</translation>
    </message>
    <message>
        <source>Read, end the call</source>
        <translation>已读完，结束通话</translation>
    </message>
    <message>
        <source>Read, go on</source>
        <translation>已读完，继续</translation>
    </message>
    <message>
        <source>{step}   Enter</source>
        <translation>{step}&#x3000;回车</translation>
    </message>
</context>
<context>
    <name>NotePanel</name>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Enter stores · Esc closes</source>
        <translation>回车保存 · Esc 取消</translation>
    </message>
    <message>
        <source>Note for the supervisor</source>
        <translation>给督导的备注</translation>
    </message>
</context>
<context>
    <name>NoticePanel</name>
    <message>
        <source>Say in a few words why it is corrected.</source>
        <translation>请简要写明更正原因。</translation>
    </message>
    <message>
        <source>For the supervisor: {detail}</source>
        <translation>请告知督导：{detail}</translation>
    </message>
    <message>
        <source>Not saved. Copy this to paper now and give it to your supervisor:</source>
        <translation>以下内容没有存上，请现在抄到纸上交给督导：</translation>
    </message>
    <message>
        <source>case {case}, question {name}: {value}</source>
        <translation>样本 {case}，题目 {name}：{value}</translation>
    </message>
    <message>
        <source>case {case}, outcome {name} {value}</source>
        <translation>样本 {case}，结果 {name} {value}</translation>
    </message>
    <message>
        <source>case {case}, remark: {value}</source>
        <translation>样本 {case}，备注：{value}</translation>
    </message>
</context>
<context>
    <name>OutcomePage</name>
    <message>
        <source>Correct the outcome: {number}</source>
        <translation>更正 {number} 的拨打结果</translation>
    </message>
    <message>
        <source>{outcome}   (as it stands)</source>
        <translation>现有结果：{outcome}</translation>
    </message>
    <message>
        <source>How did the call end?</source>
        <translation>登记拨打结果</translation>
    </message>
    <message>
        <source>Search   /</source>
        <translation>查找&#x3000;/</translation>
    </message>
    <message>
        <source>Search outcomes</source>
        <translation>查找拨打结果</translation>
    </message>
    <message>
        <source>Confirm   Enter</source>
        <translation>确认&#x3000;回车</translation>
    </message>
    <message>
        <source>Confirm outcome</source>
        <translation>确认拨打结果</translation>
    </message>
    <message>
        <source>Outcome code</source>
        <translation>结果码</translation>
    </message>
    <message>
        <source>Second digit …</source>
        <translation>请输入第二位</translation>
    </message>
    <message>
        <source>No outcome chosen yet: type its two digits.</source>
        <translation>尚未选择：请输入两位结果码</translation>
    </message>
    <message>
        <source>{outcome}   (proposed)</source>
        <translation>系统建议：{outcome}</translation>
    </message>
    <message>
        <source>Note (required)</source>
        <translation>备注（必填）</translation>
    </message>
    <message>
        <source>Leave as it is   Enter</source>
        <translation>保持不变&#x3000;回车</translation>
    </message>
    <message>
        <source>Leave the outcome as it is</source>
        <translation>保持原结果不变</translation>
    </message>
    <message>
        <source>Correct   Enter</source>
        <translation>更正&#x3000;回车</translation>
    </message>
    <message>
        <source>Correct the outcome</source>
        <translation>更正拨打结果</translation>
    </message>
    <message>
        <source>* needs a note</source>
        <translation>* 须填备注</translation>
    </message>
    <message>
        <source>Reason (required)</source>
        <translation>更正原因（必填）</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>更正原因</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Not entered when the call ended: {text}</source>
        <translation>挂断时未提交的回答：{text}</translation>
    </message>
    <message>
        <source>Type the two digits of an outcome first.</source>
        <translation>请先输入两位结果码。</translation>
    </message>
    <message>
        <source>Say in a few words why it is corrected.</source>
        <translation>请简要写明更正原因。</translation>
    </message>
    <message>
        <source>This outcome needs a note: say in a few words what happened.</source>
        <translation>登记这个结果必须填写备注，请简要说明情况。</translation>
    </message>
    <message>
        <source>No outcome begins with {digit}.</source>
        <translation>没有以 {digit} 开头的结果码。</translation>
    </message>
</context>
<context>
    <name>PaceAid</name>
    <message>
        <source>Read in about {seconds} s</source>
        <translation>约 {seconds} 秒念完</translation>
    </message>
</context>
<context>
    <name>PlacesCard</name>
    <message>
        <source>Go to an answered question</source>
        <translation>跳到已答过的题</translation>
    </message>
    <message>
        <source>Nothing has been answered yet. Esc closes.</source>
        <translation>还没有答过的题。按 Esc 收起。</translation>
    </message>
    <message>
        <source>Type part of the question or of the answer</source>
        <translation>输入题目或回答中的几个字</translation>
    </message>
    <message>
        <source>{found} of {all} · ↑ ↓ move, Enter goes there, Esc closes</source>
        <translation>{all} 题中的 {found} 题 · ↑ ↓ 移动，回车跳转，Esc 收起</translation>
    </message>
</context>
<context>
    <name>ProbeStrip</name>
    <message>
        <source>Read: probe {number} of {total}</source>
        <translation>照念：追问 {number}/{total}</translation>
    </message>
    <message>
        <source>Read: probe</source>
        <translation>照念：追问</translation>
    </message>
    <message>
        <source>If the answer stays vague, press Shift+F2 once more: {code} is entered.</source>
        <translation>仍然含糊的，再按一次 Shift+F2，登记为 {code}。</translation>
    </message>
</context>
<context>
    <name>QueryCard</name>
    <message>
        <source>If it is right, say why (it is kept with the answer)</source>
        <translation>核对无误的，请写明原因（随回答一起保存）</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>回车</translation>
    </message>
    <message>
        <source>{count} later answer(s) will no longer count. Change it?</source>
        <translation>改了以后，后面有 {count} 个回答不再有效。要改吗？</translation>
    </message>
    <message>
        <source>An unusual answer: {value}. Please check it with the respondent.</source>
        <translation>这个回答少见：{value}。请和对方核对。</translation>
    </message>
    <message>
        <source>Remove “{name}”?</source>
        <translation>删除“{name}”吗？</translation>
    </message>
    <message>
        <source>The interview cannot be completed yet: {count} point(s) open</source>
        <translation>还不能算完成：有 {count} 处不符合要求</translation>
    </message>
    <message>
        <source>They stay on record, but the new answer takes the interview another way:</source>
        <translation>这些回答留有记录，但按新的回答不再用到：</translation>
    </message>
    <message>
        <source>Its {count} answer(s) stay on record, but no longer count:</source>
        <translation>其中的 {count} 个回答留有记录，但不再有效：</translation>
    </message>
    <message>
        <source>Nothing has been answered in it yet.</source>
        <translation>这一组里还没有回答。</translation>
    </message>
    <message>
        <source>Change the answer</source>
        <translation>改</translation>
    </message>
    <message>
        <source>Keep with this reason</source>
        <translation>写明原因并保留</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Go to the question</source>
        <translation>跳到那一题</translation>
    </message>
    <message>
        <source>Leave it as it was</source>
        <translation>不改，保持原样</translation>
    </message>
    <message>
        <source>Enter another answer</source>
        <translation>重新登记</translation>
    </message>
    <message>
        <source>Leave it</source>
        <translation>不删</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>先不处理</translation>
    </message>
</context>
<context>
    <name>RankInput</name>
    <message>
        <source>No. {place}: {option}</source>
        <translation>第 {place} 位：{option}</translation>
    </message>
    <message>
        <source>Press the keys in the order named, the first one first. Backspace takes the last one back. Enter stores.</source>
        <translation>按对方说的先后顺序按键；退格撤回最后一个，回车保存。</translation>
    </message>
</context>
<context>
    <name>ReadyPage</name>
    <message>
        <source>No case right now</source>
        <translation>暂无可拨样本</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>准备就绪</translation>
    </message>
    <message>
        <source>Every case left has been finished, or is waiting for its next call time.</source>
        <translation>其余样本已完成，或未到可拨时间。</translation>
    </message>
    <message>
        <source>The next one is due at %1.</source>
        <translation>下一个样本可拨时间：%1。</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>Tell your supervisor. Take the next case only when the fault is put right.</source>
        <translation>请告知督导。故障排除后再取下一个样本。</translation>
    </message>
    <message>
        <source>Headset on, line free? Then take the next case.</source>
        <translation>戴好耳机，确认线路空闲，再取下一个样本。</translation>
    </message>
    <message>
        <source>dialled today</source>
        <translation>今日拨打</translation>
    </message>
    <message>
        <source>completed today</source>
        <translation>今日完成</translation>
    </message>
    <message>
        <source>Look again   Enter</source>
        <translation>重新取样本&#x3000;回车</translation>
    </message>
    <message>
        <source>Next case   Enter</source>
        <translation>取下一个样本&#x3000;回车</translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>重新取样本</translation>
    </message>
    <message>
        <source>Next case</source>
        <translation>取下一个样本</translation>
    </message>
</context>
<context>
    <name>RehearsalBanner</name>
    <message>
        <source>REHEARSAL · no real number is dialled, nothing counts in any result</source>
        <translation>演练模式 · 不会拨打真实号码，数据不计入任何结果</translation>
    </message>
</context>
<context>
    <name>ScoreInput</name>
    <message>
        <source>A number from {low} to {high}</source>
        <translation>{low} 到 {high} 之间的整数</translation>
    </message>
    <message>
        <source>{low} to {high} in steps of {step}</source>
        <translation>{low} 到 {high}，每档 {step}</translation>
    </message>
    <message>
        <source>Score from {low} to {high}</source>
        <translation>打分，{low} 到 {high} 分</translation>
    </message>
    <message>
        <source>Entered score</source>
        <translation>已录入的分数</translation>
    </message>
    <message>
        <source>{score} points</source>
        <translation>{score} 分</translation>
    </message>
</context>
<context>
    <name>SendingPanel</name>
    <message>
        <source>Nothing was sent to central yet.</source>
        <translation>尚未向中心上传。</translation>
    </message>
    <message>
        <source>Last sent to central at %1.</source>
        <translation>最近上传：%1。</translation>
    </message>
    <message>
        <source>Sealed files waiting: %1.</source>
        <translation>待上传的加密文件：%1 个。</translation>
    </message>
    <message>
        <source>Sending failed: %1</source>
        <translation>上传未成功：%1</translation>
    </message>
    <message>
        <source>%1. Tell the supervisor.</source>
        <translation>%1。请告知督导。</translation>
    </message>
    <message>
        <source>this workstation&apos;s records contradict what it sent before. Stop interviewing and call the supervisor.</source>
        <translation>本工作站的记录与此前上传的不一致。请停止访问，联系督导。</translation>
    </message>
    <message>
        <source>central does not know this workstation. The supervisor enrols it.</source>
        <translation>中心尚未登记本工作站，请督导办理登记。</translation>
    </message>
    <message>
        <source>this computer&apos;s clock is wrong. IT sets it; interviewing may go on.</source>
        <translation>本机时间不准，请技术人员校准；可以继续访问。</translation>
    </message>
    <message>
        <source>practice calls are not handed in.</source>
        <translation>练习通话不上传。</translation>
    </message>
    <message>
        <source>central&apos;s disk is full. Tell IT; interviewing may go on.</source>
        <translation>中心磁盘已满，请通知技术人员；可以继续访问。</translation>
    </message>
    <message>
        <source>Central has not been reached since %1; everything is kept here and goes by itself later.</source>
        <translation>自 %1 起连不上中心服务器；数据都保存在本机，连通后自动上传。</translation>
    </message>
</context>
<context>
    <name>SeveralInput</name>
    <message>
        <source>Several may be marked: a key marks, the same key again takes back. Enter stores.</source>
        <translation>可多选：按键选中，再按一次取消，回车保存。</translation>
    </message>
</context>
<context>
    <name>SignInPage</name>
    <message>
        <source>Fangxin</source>
        <translation>放心</translation>
    </message>
    <message>
        <source>Your name or staff number</source>
        <translation>访问员姓名或工号</translation>
    </message>
    <message>
        <source>Sign in   Enter</source>
        <translation>签到&#x3000;回车</translation>
    </message>
    <message>
        <source>Sign in</source>
        <translation>签到</translation>
    </message>
    <message>
        <source>Enter your name or staff number first.</source>
        <translation>请先输入姓名或工号。</translation>
    </message>
</context>
<context>
    <name>Spoken</name>
    <message>
        <source>Please give a whole number, without a decimal.</source>
        <translation>请您打一个整数分，不要带小数。</translation>
    </message>
    <message>
        <source>Could you tell me a little more exactly?</source>
        <translation>您能再说得具体一点吗？</translation>
    </message>
</context>
<context>
    <name>StatusPanel</name>
    <message>
        <source>Interviewer: {name}</source>
        <translation>访问员：{name}</translation>
    </message>
    <message>
        <source>Line: {state}</source>
        <translation>线路：{state}</translation>
    </message>
    <message>
        <source>Time of the call {time}</source>
        <translation>通话时长 {time}</translation>
    </message>
    <message>
        <source>Today: {dials} dialled, {completes} completed</source>
        <translation>今日拨打 {dials} · 完成 {completes}</translation>
    </message>
</context>
<context>
    <name>TextInput</name>
    <message>
        <source>Respondent’s own words</source>
        <translation>受访者原话</translation>
    </message>
    <message>
        <source>In the respondent’s own words. Enter stores, Shift+Enter begins a new line.</source>
        <translation>照受访者原话记录，不写人名。回车保存，Shift+回车换行。</translation>
    </message>
    <message>
        <source>In the respondent’s own words. Enter stores (also when empty), Shift+Enter begins a new line.</source>
        <translation>照受访者原话记录，不写人名。回车保存（没有可不填），Shift+回车换行。</translation>
    </message>
</context>
<context>
    <name>Whereabouts</name>
    <message>
        <source>{name} {place} of {total}</source>
        <translation>{name} {place}/{total}</translation>
    </message>
    <message>
        <source>Entry</source>
        <translation>第几组</translation>
    </message>
</context>
<context>
    <name>Wording</name>
    <message>
        <source>The interview ends here: {outcome}. Read, then Enter.</source>
        <translation>访问到此结束（{outcome}）。读完后按回车。</translation>
    </message>
    <message>
        <source>Ending the call and sealing the recording …</source>
        <translation>正在结束通话并封存录音…</translation>
    </message>
    <message>
        <source>This question has no text. Its name in the questionnaire: {name}</source>
        <translation>这一题没有题目文字。问卷里的题号：{name}</translation>
    </message>
    <message>
        <source>Not read</source>
        <translation>不读</translation>
    </message>
    <message>
        <source>If they say {words}: Shift+F2</source>
        <translation>对方说{words}的：按 Shift+F2</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message>
        <source>Line idle</source>
        <translation>线路空闲</translation>
    </message>
    <message>
        <source>Dialling</source>
        <translation>正在拨号</translation>
    </message>
    <message>
        <source>Ringing</source>
        <translation>对方振铃</translation>
    </message>
    <message>
        <source>In call</source>
        <translation>通话中</translation>
    </message>
    <message>
        <source>Call ended</source>
        <translation>通话已结束</translation>
    </message>
    <message>
        <source>Line trouble</source>
        <translation>线路异常</translation>
    </message>
    <message>
        <source>Not recording</source>
        <translation>未录音</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>录音中</translation>
    </message>
    <message>
        <source>Recording sealed</source>
        <translation>录音已封存</translation>
    </message>
    <message>
        <source>Recording trouble</source>
        <translation>录音异常</translation>
    </message>
    <message>
        <source>No case can be dialled right now.</source>
        <translation>暂无可拨样本。</translation>
    </message>
    <message>
        <source>No place is left in this resident&apos;s quota cell. Thank him and hang up; do not begin with the questions.</source>
        <translation>该受访者所属配额组已满。请致谢并挂机，不要开始提问。</translation>
    </message>
    <message>
        <source>The field period is over by then. Agree on an earlier time, or choose the outcome for who is away until its end.</source>
        <translation>届时调查期已结束，无人会再拨打。请改约较早的时间；确实不行的，按“调查期内不在”选择结果。</translation>
    </message>
    <message>
        <source>When? Write the time in the note: 1830, 明天 1830, 12-05 18:30 or +30 (minutes).</source>
        <translation>请在备注里写明约定时间，如：1830、明天 1830、12-05 18:30、+30（分钟后）。</translation>
    </message>
    <message>
        <source>This is the resident&apos;s case. Call back now, whatever its delay.</source>
        <translation>已找到来电人的样本，可立即回拨，不受间隔限制。</translation>
    </message>
    <message>
        <source>Your team lead gives you this case. Call it next.</source>
        <translation>督导指定由您拨打这个样本，请先打这一个。</translation>
    </message>
    <message>
        <source>Corrected. The earlier outcome stays on record, with your reason.</source>
        <translation>已更正。原结果和更正原因均已留痕。</translation>
    </message>
    <message>
        <source>Too late to correct this outcome here. Tell your supervisor; nothing was changed.</source>
        <translation>已超过可更正的时间，结果未改动，请报告督导。</translation>
    </message>
    <message>
        <source>This case was taken out while it was on screen. It is not called; take the next one.</source>
        <translation>该样本刚刚已被撤下，不再拨打；请取下一个样本。</translation>
    </message>
    <message>
        <source>This number was not drawn. Thank the caller; nobody can be added to the sample by calling.</source>
        <translation>该号码不在样本内。请致谢并说明：受访者由随机抽样产生，不能自行加入。</translation>
    </message>
    <message>
        <source>The program ended unexpectedly last time. What was entered is all there; the interrupted call is on record.</source>
        <translation>上次程序意外退出。已录入的内容都在，中断的通话已记录在案。</translation>
    </message>
    <message>
        <source>The recording does not cover this interview: sound is missing. Choose the outcome as usual, tell your supervisor.</source>
        <translation>这次访问的录音不完整，有声音缺失。请照常登记结果，并告知督导。</translation>
    </message>
    <message>
        <source>The disk is full. This call can be recorded for only %1 more min: come to its end now; after that it is ended by itself.</source>
        <translation>磁盘已满，本次通话最多还能录音 %1 分钟：请尽快结束访问，到时系统会自动挂断。</translation>
    </message>
    <message>
        <source>Saved. Ready for the next case.</source>
        <translation>已保存，可以取下一个样本。</translation>
    </message>
    <message>
        <source>This interview was broken off. After the call is answered it goes on at the stored question.</source>
        <translation>这个样本上次访问中断，接通后从中断的题目继续。</translation>
    </message>
    <message>
        <source>This outcome needs a note: say in a few words what happened.</source>
        <translation>登记这个结果必须填写备注，请简要说明情况。</translation>
    </message>
    <message>
        <source>This outcome does not fit the call: only an interview asked to its end counts as complete. Choose another.</source>
        <translation>这个结果与本次通话不符：问完全部题目才能登记为“完成”。请另选。</translation>
    </message>
    <message>
        <source>Choose the right outcome and say why. Enter leaves it as it is, Ctrl+Z goes to the call before.</source>
        <translation>请重选拨打结果，并写明更正原因。直接按回车则保持不变，按 Ctrl+Z 查看再前一通电话。</translation>
    </message>
    <message>
        <source>The desk has stopped. Everything entered before is saved. Do not dial on; tell your supervisor.</source>
        <translation>工作台已停止工作。此前录入的内容均已保存。请不要再拨号，马上告知督导。</translation>
    </message>
    <message>
        <source>The desk has stopped and is ending the call. Everything entered before is saved. Do not dial on; tell your supervisor.</source>
        <translation>工作台已停止工作，正在结束通话。此前录入的内容均已保存。请不要再拨号，马上告知督导。</translation>
    </message>
    <message>
        <source>Interview</source>
        <translation>访问</translation>
    </message>
    <message>
        <source>Line and network</source>
        <translation>线路状态</translation>
    </message>
    <message>
        <source>Nobody answered</source>
        <translation>无人应答</translation>
    </message>
    <message>
        <source>Reached, not interviewed</source>
        <translation>接通但未访成</translation>
    </message>
    <message>
        <source>Call back, away</source>
        <translation>约访与暂不在</translation>
    </message>
    <message>
        <source>Not eligible</source>
        <translation>不合格样本</translation>
    </message>
    <message>
        <source>Introduction</source>
        <translation>开场白</translation>
    </message>
    <message>
        <source>Screening</source>
        <translation>甄别</translation>
    </message>
    <message>
        <source>Questions</source>
        <translation>主体问卷</translation>
    </message>
    <message>
        <source>Closing</source>
        <translation>结束语</translation>
    </message>
    <message>
        <source>This key is no answer here.</source>
        <translation>本题没有这个选项。</translation>
    </message>
    <message>
        <source>First finish “{typed}”: {keys}. Backspace clears it.</source>
        <translation>“{typed}”还没输完：{keys}；按退格键清除。</translation>
    </message>
    <message>
        <source>Whole points only. Probe:</source>
        <translation>只记整数分，请追问：</translation>
    </message>
    <message>
        <source>No decimals: the key before the point is already stored. If it is wrong, press F7 and ask again.</source>
        <translation>不记小数：小数点前的数已记入上一题。如有误，请按 F7 退回重问。</translation>
    </message>
    <message>
        <source>Enter an answer first.</source>
        <translation>请先录入答案。</translation>
    </message>
    <message>
        <source>Digits only here.</source>
        <translation>这里只能输入数字。</translation>
    </message>
    <message>
        <source>Something is typed already: Enter stores it, or clear it first.</source>
        <translation>已有输入内容：按回车保存，或先清空。</translation>
    </message>
    <message>
        <source>This question has no “Don’t know”.</source>
        <translation>本题不设“不清楚”。</translation>
    </message>
    <message>
        <source>This question has no “Refused”.</source>
        <translation>本题不设“拒答”。</translation>
    </message>
    <message>
        <source>Press F5 once more to hang up; any other key goes on with the interview.</source>
        <translation>再按一次 F5 挂断；按其他键继续访问。</translation>
    </message>
    <message>
        <source>Saving, one moment please …</source>
        <translation>正在保存，请稍候…</translation>
    </message>
    <message>
        <source>No option matches: type less, or something else.</source>
        <translation>没有符合的选项：少输几个字，或换个说法。</translation>
    </message>
    <message>
        <source>This option has its place already. Backspace takes the last one back.</source>
        <translation>这一项已经排过。退格撤回最后一个。</translation>
    </message>
    <message>
        <source>Every option needs a place: ask for the rest of the order.</source>
        <translation>每一项都要排到：请把剩下的也问完。</translation>
    </message>
    <message>
        <source>There is a decimal point already.</source>
        <translation>已经有小数点了。</translation>
    </message>
    <message>
        <source>The number is not finished.</source>
        <translation>数字还没有输完。</translation>
    </message>
    <message>
        <source>There is no such date or time: check the last digit.</source>
        <translation>没有这样的日期或时间：请核对刚才那一位。</translation>
    </message>
    <message>
        <source>Digits are missing: type all that the pattern shows.</source>
        <translation>位数不够：请按格式输全。</translation>
    </message>
    <message>
        <source>This text is too long to store: shorten it to 10,000 characters.</source>
        <translation>文字太长，存不下：请缩短到一万字以内。</translation>
    </message>
    <message>
        <source>Only the beginning was taken: a text may have 10,000 characters.</source>
        <translation>只取了开头部分：最多一万字。</translation>
    </message>
    <message>
        <source>Nothing can be chosen here. Press F7 and check the answers before, or F8 and write a note.</source>
        <translation>这里没有可选的。请按 F7 核对前面的回答，或按 F8 写备注。</translation>
    </message>
    <message>
        <source>This question has no rule for vague words. F2 shows a neutral probe.</source>
        <translation>这一题没有含糊词规则。按 F2 显示中性追问。</translation>
    </message>
    <message>
        <source>A whole number, please: no decimals here.</source>
        <translation>请打整数，这里不能有小数。</translation>
    </message>
    <message>
        <source>Typed too early: nothing of it was taken. Read the screen, then type it again.</source>
        <translation>按得太快，刚才的按键没有录入。请看清这一屏，再重新输入。</translation>
    </message>
    <message>
        <source>This is shown only and cannot be changed. Enter goes on.</source>
        <translation>这一题只供查看，不能改。按回车继续。</translation>
    </message>
    <message>
        <source>The disk or the local data cannot be used</source>
        <translation>磁盘或本机数据无法使用</translation>
    </message>
    <message>
        <source>The line or the sound cannot be used</source>
        <translation>线路或声音设备无法使用</translation>
    </message>
    <message>
        <source>The study package cannot be used</source>
        <translation>调查包无法使用</translation>
    </message>
    <message>
        <source>The journal does not hold</source>
        <translation>工作日志校验不通过</translation>
    </message>
    <message>
        <source>A sealed file cannot be used</source>
        <translation>密封文件无法使用</translation>
    </message>
    <message>
        <source>Central cannot be used</source>
        <translation>无法连接中心服务器</translation>
    </message>
    <message>
        <source>A setting cannot be used</source>
        <translation>设置有误</translation>
    </message>
    <message>
        <source>Fangxin cannot go on</source>
        <translation>程序无法继续</translation>
    </message>
    <message>
        <source>The line program failed and is being started again. Whatever was recorded and entered is kept; a call that was on is over.</source>
        <translation>线路程序出错，正在自动重启。已录的音、已填的答案都在；正在进行的通话已断开。</translation>
    </message>
    <message>
        <source>Recorded announcement heard, {confidence}%</source>
        <translation>听到语音提示，可信度 {confidence}%</translation>
    </message>
    <message>
        <source>Busy tone heard, {confidence}%</source>
        <translation>听到忙音，可信度 {confidence}%</translation>
    </message>
    <message>
        <source>Congestion tone heard, {confidence}%</source>
        <translation>听到拥塞音，可信度 {confidence}%</translation>
    </message>
    <message>
        <source>Vacant-number tone heard, {confidence}%</source>
        <translation>听到空号音，可信度 {confidence}%</translation>
    </message>
    <message>
        <source>Fax or modem heard, {confidence}%</source>
        <translation>听到传真或调制解调音，可信度 {confidence}%</translation>
    </message>
    <message>
        <source>This may be an answering machine</source>
        <translation>对方可能是语音信箱</translation>
    </message>
    <message>
        <source>This may be a call assistant, not a person</source>
        <translation>对方可能是来电助手，不是本人</translation>
    </message>
    <message>
        <source>Device unplugged</source>
        <translation>设备已断开</translation>
    </message>
    <message>
        <source>Muted</source>
        <translation>已静音</translation>
    </message>
    <message>
        <source>Line</source>
        <translation>线路</translation>
    </message>
    <message>
        <source>SIM card</source>
        <translation>手机卡</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>Signal</source>
        <translation>信号</translation>
    </message>
    <message>
        <source>Microphone</source>
        <translation>麦克风</translation>
    </message>
    <message>
        <source>Earphone</source>
        <translation>耳机</translation>
    </message>
    <message>
        <source>Line sound</source>
        <translation>线路声音</translation>
    </message>
    <message>
        <source>Sound to the line</source>
        <translation>送往线路的声音</translation>
    </message>
    <message>
        <source>Sound</source>
        <translation>声音</translation>
    </message>
    <message>
        <source>Echo</source>
        <translation>回声</translation>
    </message>
    <message>
        <source>Weak signal</source>
        <translation>信号弱</translation>
    </message>
    <message>
        <source>asks for its PIN</source>
        <translation>需要输入卡密码</translation>
    </message>
    <message>
        <source>locked, asks for its PUK</source>
        <translation>已锁定，需要解锁码</translation>
    </message>
    <message>
        <source>none inserted</source>
        <translation>未插卡</translation>
    </message>
    <message>
        <source>Telephone</source>
        <translation>话机</translation>
    </message>
    <message>
        <source>Device fault</source>
        <translation>设备故障</translation>
    </message>
    <message>
        <source>Incoming call</source>
        <translation>来电</translation>
    </message>
    <message>
        <source>wait until it is quiet</source>
        <translation>正在振铃，请等铃声停了再拨</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>registered</source>
        <translation>已入网</translation>
    </message>
    <message>
        <source>registered, roaming</source>
        <translation>已入网（漫游）</translation>
    </message>
    <message>
        <source>searching</source>
        <translation>正在搜网</translation>
    </message>
    <message>
        <source>not registered</source>
        <translation>未入网</translation>
    </message>
    <message>
        <source>refused by the network</source>
        <translation>拒绝接入</translation>
    </message>
    <message>
        <source>no answer</source>
        <translation>没有响应</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>未知</translation>
    </message>
    <message>
        <source>silent</source>
        <translation>没有声音</translation>
    </message>
    <message>
        <source>too loud</source>
        <translation>音量过大</translation>
    </message>
    <message>
        <source>good</source>
        <translation>正常</translation>
    </message>
    <message>
        <source>the respondent is not heard</source>
        <translation>听不到对方</translation>
    </message>
    <message>
        <source>you are not heard</source>
        <translation>对方听不到您</translation>
    </message>
    <message>
        <source>{what}: {value}</source>
        <translation>{what}：{value}</translation>
    </message>
</context>
</TS>
