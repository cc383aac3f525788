package grading
import ("testing";"time";"fmt";"strings";"os")
func TestZZ(t *testing.T){
 k:=billingKey(t); s:=time.Now(); x:=NewIndex(k); fmt.Println("index",time.Since(s))
 f:=os.Getenv("F"); if f=="" {f="billing-fit.tsv"}
 n:=map[string]int{}
 for _,a:=range answers(t,f){
  v:=x.Match(a.card)
  g:="thr"; if strings.HasPrefix(a.gold,"none"){g=a.gold}
  hit:=v.ID==a.gold; mark:=" "
  top3:=false; for _,c:=range v.Candidates{ if c.ID==a.gold{top3=true}}
  r:=string(v.Status)
  if g=="thr"&&v.Status==Credited&&!hit { r="WRONG" }
  if g=="thr"&&v.Status==Asked { if top3 {r="asked/in"} else {r="asked/out"} }
  n[g+" "+r]++
  c:=""; if len(v.Candidates)>0 { c=fmt.Sprint(v.Candidates) }
  fmt.Printf("%s%-20s %-15s %-18s %.2f %s | %s\n",mark,a.gold,v.Status,v.ID,v.P,a.card.Text,c)
 }
 for k,v:=range n{fmt.Println(v,k)}
}
